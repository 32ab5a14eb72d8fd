/* Part of mdbook-simulation's theme, for pages of `mdbook serve` alone: how far the work in the background is. */
(() => {
    const root = document.currentScript.dataset.root;
    const file = document.currentScript.dataset.file;
    const look = async () => {
        const waiting = [...document.querySelectorAll('.sim-live[data-simulation]')];
        if (waiting.length === 0) {
            return;
        }
        try {
            const answer = await fetch(root + file, { cache: 'no-store' });
            const told = answer.ok ? await answer.json() : {};
            for (const place of waiting.filter(place => place.dataset.simulation === told.simulation)) {
                const bar = place.querySelector('progress');
                bar.max = told.shards;
                bar.value = told.held;
                place.querySelector('.future').textContent = told.words;
            }
        } catch {
            /* The server is gone, or nothing is being computed. */
        }
        setTimeout(look, 1000);
    };
    addEventListener('DOMContentLoaded', look);
})();
