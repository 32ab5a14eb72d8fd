// Makes tabs of a code toggle: `<div class="code-toggle">` with one `.code-toggle-panel[data-label]` for
// each listing. Without this script, and on paper, the listings stand one below the other. The choice is
// kept by label, so that a reader of Rust sees Rust in every toggle of the book that has it.
(() => {
  'use strict';
  const KEY = 'mdbook-simulation.code-toggle';

  // Labels the reader chose, the latest first. Storage may be switched off: then only this page knows.
  let preferred = [];
  try {
    const stored = JSON.parse(localStorage.getItem(KEY));
    if (Array.isArray(stored)) preferred = stored.filter((label) => typeof label === 'string');
  } catch { /* none */ }

  const remember = (label) => {
    preferred = [label, ...preferred.filter((other) => other !== label)].slice(0, 20);
    try {
      localStorage.setItem(KEY, JSON.stringify(preferred));
    } catch { /* not kept */ }
  };

  const toggles = [];
  let count = 0;

  const select = (toggle, index) => {
    toggle.tabs.forEach((tab, i) => {
      tab.setAttribute('aria-selected', String(i === index));
      tab.tabIndex = i === index ? 0 : -1;
      toggle.panels[i].hidden = i !== index;
    });
  };

  const selectPreferred = (toggle) => {
    const label = preferred.find((wanted) => toggle.labels.includes(wanted));
    select(toggle, Math.max(0, toggle.labels.indexOf(label)));
  };

  const choose = (toggle, index) => {
    const tab = toggle.tabs[index];
    const before = tab.getBoundingClientRect().top;
    remember(toggle.labels[index]);
    toggles.forEach(selectPreferred);
    tab.focus({ preventScroll: true });
    // Toggles above may have changed their height: keep this one where the reader looks.
    window.scrollBy({ top: tab.getBoundingClientRect().top - before, behavior: 'instant' });
  };

  const onKey = (toggle, event) => {
    if (event.altKey || event.ctrlKey || event.metaKey || event.shiftKey) return;
    const last = toggle.tabs.length - 1;
    const now = toggle.tabs.indexOf(event.target);
    const step = getComputedStyle(event.target).direction === 'rtl' ? -1 : 1;
    const next = {
      ArrowRight: now + step, ArrowLeft: now - step, Home: 0, End: last,
    }[event.key];
    if (now < 0 || next === undefined) return;
    event.preventDefault();
    event.stopPropagation(); // mdBook turns the page on an arrow key
    choose(toggle, (next + last + 1) % (last + 1));
  };

  const build = (root) => {
    const panels = [...root.children].filter((child) => child.matches('.code-toggle-panel'));
    if (root.dataset.tabs || panels.length < 2) return;
    root.dataset.tabs = '';
    count += 1;
    const name = root.id || `code-toggle-${count}`;
    const list = document.createElement('div');
    list.className = 'code-toggle-tabs';
    list.setAttribute('role', 'tablist');
    list.setAttribute('aria-label', 'Listing in');
    const labels = panels.map((panel) => panel.dataset.label);
    const tabs = panels.map((panel, i) => {
      const tab = document.createElement('button');
      tab.type = 'button';
      tab.id = `${name}-tab-${i + 1}`;
      tab.textContent = labels[i];
      tab.setAttribute('role', 'tab');
      panel.id = `${name}-panel-${i + 1}`;
      panel.setAttribute('role', 'tabpanel');
      panel.setAttribute('aria-labelledby', tab.id);
      panel.tabIndex = 0;
      tab.setAttribute('aria-controls', panel.id);
      list.append(tab);
      return tab;
    });
    root.prepend(list);
    const toggle = { labels, panels, tabs };
    tabs.forEach((tab, i) => tab.addEventListener('click', () => choose(toggle, i)));
    list.addEventListener('keydown', (event) => onKey(toggle, event));
    toggles.push(toggle);
    selectPreferred(toggle);
  };

  const start = () => {
    // mdBook's print page shows everything, as paper does.
    if (/\/print(\.html)?$/.test(location.pathname)) return;
    document.querySelectorAll('.code-toggle').forEach(build);
  };

  if (document.readyState === 'loading') document.addEventListener('DOMContentLoaded', start);
  else start();
})();
