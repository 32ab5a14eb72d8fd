// Part of mdbook-simulation's theme. Makes a slider of a sweep: `<div class="sweep">` with the figures of
// one directive, each of which shows one frame and holds all others as data. Without this script the
// links to the drawings stay; on paper is what was chosen, with its value.
(() => {
  'use strict';
  // The parts of a frame, and what of the figure holds each.
  const PARTS = {
    drawing: '.drawing', caption: '.sweep-caption', summary: 'summary', details: '.sweep-details',
  };
  // A range moves by these; on some of them mdBook would turn the page.
  const KEYS = ['ArrowLeft', 'ArrowRight', 'ArrowUp', 'ArrowDown', 'Home', 'End', 'PageUp', 'PageDown'];

  const create = (name, className, text) => {
    const element = document.createElement(name);
    if (className) element.className = className;
    if (text !== undefined) element.textContent = text;
    return element;
  };

  // A figure with its frames. Their links start at the book's root, and get there as those of the page do.
  const read = (element) => {
    const data = JSON.parse(element.querySelector('.sweep-frames').textContent);
    const root = element.querySelector('.sweep-links a').getAttribute('href').replace(/figures\/[^/]*$/, '');
    const places = Object.entries(PARTS).map(([part, selector]) => [part, element.querySelector(selector)]);
    const frames = data.frames.map((frame) => {
      if (!frame) return Object.fromEntries(places.map(([part, place]) => [part, place.innerHTML]));
      return { ...frame, details: frame.details.replaceAll('href="figures/', `href="${root}figures/`) };
    });
    return { ...data, element, places, frames };
  };

  const addControl = (figure, onInput) => {
    const { element, values, parameter, doc, start } = figure;
    const last = values.length - 1;
    const input = create('input');
    input.type = 'range';
    input.id = `sweep-${document.querySelectorAll('.sweep-control').length + 1}`;
    input.title = doc;
    input.autocomplete = 'off';
    Object.assign(input, { min: 0, max: last, step: 1, value: start });
    const label = create('label', '', parameter);
    label.htmlFor = input.id;
    label.title = doc;
    const output = create('output');
    output.htmlFor = input.id;
    // The slider says its value itself; this would say it again.
    output.setAttribute('aria-live', 'off');
    output.style.minWidth = `${Math.max(...values.map((value) => value.length))}ch`;
    const name = create('span');
    name.append(label, output);
    const range = create('span', 'sweep-range');
    const ends = [values[0], values[last]].map((value) => create('span', 'sweep-end', value));
    ends.forEach((end) => end.setAttribute('aria-hidden', 'true'));
    range.append(ends[0], input, ends[1]);
    const control = create('div', 'sweep-control');
    control.style.setProperty('--steps', last);
    if (last <= 15) control.dataset.ticks = '';
    control.append(name, range);
    const line = element.querySelector('.sweep-values');
    line.querySelector('.sweep-links').hidden = true;
    line.before(control);
    Object.assign(figure, { input, output, shown: line.querySelector('.sweep-shown > span') });

    input.addEventListener('input', () => onInput(figure));
    input.addEventListener('keydown', (event) => {
      if (KEYS.includes(event.key)) event.stopPropagation();
    });
    // Nor is a quick drag a swipe for mdBook's sidebar.
    for (const type of ['touchstart', 'touchmove']) {
      input.addEventListener(type, (event) => event.stopPropagation(), { passive: true });
    }
  };

  const tell = ({ input, output, shown, parameter, values }, index) => {
    input.value = index;
    input.setAttribute('aria-valuetext', `${parameter} ${values[index]}`);
    output.value = values[index];
    shown.textContent = values[index];
  };

  const show = (figures, index, moved) => {
    const before = moved.input.getBoundingClientRect().top;
    for (const figure of figures) {
      const frame = figure.frames[index];
      for (const [part, place] of figure.places) place.innerHTML = frame[part];
      tell(figure, index);
    }
    // A figure above may have changed its height: keep this slider where the reader looks.
    window.scrollBy({ top: moved.input.getBoundingClientRect().top - before, behavior: 'instant' });
  };

  // Gives drawing, caption and summary the height of their highest frame, so that choosing moves nothing.
  const reserve = (figure) => {
    const { element, places, frames } = figure;
    const width = element.clientWidth;
    if (width === figure.width) return;
    figure.width = width;
    const model = create('figure', `${element.className} sweep-model`);
    model.style.width = `${width}px`;
    const details = create('details');
    details.append(element.querySelector('summary').cloneNode(true));
    model.append(
      element.querySelector('.drawing').cloneNode(true),
      element.querySelector('figcaption').cloneNode(true),
      details,
    );
    element.after(model);
    // Of the drawings for wide and for narrow screens alike.
    const shape = (html) => html.match(/viewBox="[^"]*"/g)?.join();
    for (const [part, place] of places) {
      const measured = model.querySelector(PARTS[part]);
      if (!measured) continue;
      const [box, real] = part === 'caption' ? [measured.parentElement, place.parentElement] : [measured, place];
      box.style.minHeight = '';
      const heights = frames.map((frame, i) => {
        if (part === 'drawing' && i > 0 && shape(frame[part]) === shape(frames[0][part])) return 0;
        measured.innerHTML = frame[part];
        return box.getBoundingClientRect().height;
      });
      real.style.minHeight = `${Math.max(...heights)}px`;
    }
    model.remove();
  };

  const build = (sweep) => {
    const elements = [...sweep.querySelectorAll(':scope > figure')];
    if (sweep.dataset.sweep !== undefined || elements.length === 0) return;
    sweep.dataset.sweep = '';
    const figures = elements.map(read);
    if (figures[0].values.length < 2) return;
    for (const figure of figures) {
      addControl(figure, (moved) => show(figures, Number(moved.input.value), moved));
      tell(figure, figure.start);
    }
    figures.forEach(reserve);
    // Other letters may break lines elsewhere.
    document.fonts?.ready.then(() => figures.forEach((figure) => {
      figure.width = undefined;
      reserve(figure);
    }));
    const sizes = new ResizeObserver(() => requestAnimationFrame(() => figures.forEach(reserve)));
    elements.forEach((element) => sizes.observe(element));
  };

  const start = () => {
    // mdBook's print page is for paper.
    if (/\/print(\.html)?$/.test(location.pathname)) return;
    document.querySelectorAll('.sweep').forEach(build);
  };

  if (document.readyState === 'loading') document.addEventListener('DOMContentLoaded', start);
  else start();
})();
