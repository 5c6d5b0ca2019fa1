// Times, in turns: each round everyone is measured once, so that a slow moment of the machine hits all of them. Medians of rounds.

/** The middle of some numbers. */
export function median(numbers) {
  const sorted = [...numbers].sort((a, b) => a - b);
  return sorted[sorted.length >> 1];
}

/** For each name the median of what `measure` gives, over some rounds. The first round warms up and is not counted. */
export async function inTurns(names, rounds, measure) {
  const figures = new Map(names.map((name) => [name, []]));
  for (let round = 0; round <= rounds; round++) {
    for (const name of names) {
      const figure = await measure(name);
      if (round > 0) figures.get(name).push(figure);
    }
  }
  return new Map([...figures].map(([name, all]) => [name, median(all)]));
}

/** Nanoseconds, readable. */
export const ns = (figure) => (figure >= 10_000 ? `${(figure / 1000).toFixed(0)} µs` : figure >= 1000 ? `${(figure / 1000).toFixed(1)} µs` : `${figure.toFixed(0)} ns`);
/** Milliseconds, readable. */
export const ms = (figure) => `${figure >= 10 ? figure.toFixed(0) : figure >= 1 ? figure.toFixed(1) : figure.toFixed(2)} ms`;
