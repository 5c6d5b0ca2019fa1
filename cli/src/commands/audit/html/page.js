// The filter. Without it everything is there to be read.
(() => {
  'use strict';
  const form = document.getElementById('filter');
  if (form === null) return;
  const box = document.getElementById('text');
  const shown = document.getElementById('shown');
  const levels = [...form.querySelectorAll('[name=level]')];
  const groups = [...document.querySelectorAll('.group')].map((group) => ({
    group,
    level: group.dataset.level,
    heading: group.querySelector('h2').textContent.toLowerCase(),
    items: [...group.querySelectorAll('.findings > li')],
    texts: null,
  }));
  const all = groups.reduce((sum, { items }) => sum + items.length, 0);
  const number = (count) => `${count.toLocaleString('en-US')} ${count === 1 ? 'finding' : 'findings'}`;
  function apply() {
    const wanted = box.value.trim().toLowerCase();
    const on = new Set(levels.filter(({ checked }) => checked).map(({ value }) => value));
    let count = 0;
    for (const each of groups) {
      each.texts ??= each.items.map((item) => item.textContent.toLowerCase());
      const whole = wanted === '' || each.heading.includes(wanted);
      let here = 0;
      each.items.forEach((item, index) => {
        const fits = on.has(each.level) && (whole || each.texts[index].includes(wanted));
        if (item.hidden === fits) item.hidden = !fits;
        here += Number(fits);
      });
      each.group.hidden = here === 0;
      count += here;
    }
    shown.textContent = count === all ? number(all) : `${number(count)} of ${all.toLocaleString('en-US')}`;
  }
  let waiting = 0;
  form.addEventListener('input', () => {
    clearTimeout(waiting);
    waiting = setTimeout(apply, 120);
  });
  form.addEventListener('submit', (event) => event.preventDefault());
  form.hidden = false;
  // A browser that goes back brings the box as it was left.
  apply();
})();
