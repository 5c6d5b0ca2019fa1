// Skerrow Light shows two white flashes every ten seconds: Fl(2) W 10s on a chart.
const lamp = document.getElementById('lamp');
const still = matchMedia('(prefers-reduced-motion: reduce)').matches;

function flash(delay) {
  setTimeout(() => lamp.classList.add('lit'), delay);
  setTimeout(() => lamp.classList.remove('lit'), delay + 400);
}

function period() {
  flash(0);
  flash(1500);
}

if (still) {
  lamp.classList.add('lit');
} else {
  period();
  setInterval(period, 10_000);
}
