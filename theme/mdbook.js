// Roles and names that mdBook 0.5.4's own pages lack: for those who read them by ear or by keyboard.
// A browser test asks axe-core about every page.
(() => {
    'use strict';
    const set = (selector, attributes) => {
        for (const element of document.querySelectorAll(selector)) {
            for (const [name, value] of Object.entries(attributes)) {
                element.setAttribute(name, value);
            }
        }
    };
    // The label that shows and hides the contents says whether they are expanded, which a label may
    // not, and no key works it. A button does it in its place.
    const label = document.querySelector('label#mdbook-sidebar-toggle');
    if (label) {
        const button = document.createElement('button');
        button.type = 'button';
        button.className = label.className;
        button.title = label.title;
        button.append(...label.childNodes);
        for (const name of ['aria-label', 'aria-controls']) {
            button.setAttribute(name, label.getAttribute(name));
        }
        const mirror = () => {
            button.setAttribute('aria-expanded', label.getAttribute('aria-expanded') ?? 'false');
        };
        new MutationObserver(mirror).observe(label, { attributeFilter: ['aria-expanded'] });
        mirror();
        button.addEventListener('click', () => label.click());
        label.hidden = true;
        label.before(button);
    }
    // Everything lies in a landmark.
    set('#mdbook-menu-bar', { role: 'banner' });
    set('#mdbook-search-wrapper', { role: 'search', 'aria-label': 'Search' });
    set('#mdbook-searchbar', { 'aria-label': 'Search this book' });
    set('#mdbook-help-container', { role: 'dialog', 'aria-label': 'Keyboard shortcuts' });
    // The same links beside the page and below it are two landmarks with one name.
    set('nav.nav-wrapper', { 'aria-label': 'Previous and next page' });
    // What scrolls can be scrolled by keyboard. What is folded has no width, and fonts change widths.
    const scrolling = [
        'main pre > code',
        'main .table-wrapper:not([role])',
        'main .katex-display:not([role="group"] *)',
    ].join(', ');
    const scrolls = element => element.scrollWidth > element.clientWidth + 1;
    const reach = () => {
        for (const element of document.querySelectorAll(scrolling)) {
            if (scrolls(element)) {
                element.tabIndex = 0;
            } else {
                element.removeAttribute('tabindex');
            }
        }
    };
    document.addEventListener('toggle', reach, true);
    document.fonts.ready.then(reach);
    new ResizeObserver(reach).observe(document.querySelector('main'));
})();
