// Part of mdbook-simulation's theme. Folded proofs and solutions: open on paper, and where a link leads
// to one. Without this script they open by hand, and browsers that know `::details-content` print them
// as well (blocks.css).
(() => {
  'use strict';
  if (window.mdbookSimulationBlocks) return;
  window.mdbookSimulationBlocks = true;

  let opened = [];
  window.addEventListener('beforeprint', () => {
    opened.push(...document.querySelectorAll('details.theorem-like:not([open])'));
    opened.forEach((block) => { block.open = true; });
  });
  window.addEventListener('afterprint', () => {
    opened.forEach((block) => { block.open = false; });
    opened = [];
  });

  const reveal = () => {
    let id = location.hash.slice(1);
    try {
      id = decodeURIComponent(id);
    } catch { /* as it stands */ }
    const target = id && document.getElementById(id);
    const block = target && target.closest('details.theorem-like:not([open])');
    if (!block) return;
    block.open = true;
    target.scrollIntoView();
  };
  window.addEventListener('hashchange', reveal);
  if (document.readyState === 'loading') document.addEventListener('DOMContentLoaded', reveal);
  else reveal();
})();
