// The box that takes a URL, and shows the decision step by step.

import { badge, byId, bytes, code, count, fill, h, shown } from './dom.js';
import type { Data, RuleRow } from './data.js';
import type { Hop, Routes, Story } from './routes.js';

/** Makes the box work. Gives a function that asks as if somebody had typed. */
export function startAsking(data: Data, routes: Routes): (url: string) => void {
  const form = byId<HTMLFormElement>('ask');
  const box = byId<HTMLInputElement>('url');
  const method = byId<HTMLSelectElement>('method');
  const output = byId('answer');
  const rules = new Map(data.rules.map((rule) => [rule.name, rule]));
  const ask = (): void => fill(output, answered(rules, routes, typed(box.value), method.value));
  form.addEventListener('submit', (event) => {
    event.preventDefault();
    ask();
  });
  method.addEventListener('change', ask);
  for (const control of [box, method, ...form.querySelectorAll('button')]) (control as HTMLInputElement).disabled = false;
  return (url) => {
    box.value = url;
    ask();
    byId('asking').scrollIntoView({ block: 'start' });
    box.focus({ preventScroll: true });
  };
}

/** People leave out the slash. */
function typed(text: string): string {
  const url = text.trim();
  return url.startsWith('/') || /^https?:/i.test(url) ? url : `/${url}`;
}

function answered(rules: ReadonlyMap<string, RuleRow>, routes: Routes, url: string, method: string): HTMLElement[] {
  let story: Story;
  try {
    story = routes.follow(url, method);
  } catch (error) {
    return [h('p', { class: 'bad' }, 'This cannot be asked: ', shown(error instanceof Error ? error.message : String(error)))];
  }
  const hops = story.hops;
  const redirects = hops.filter((hop) => hop.answer.location !== null).length;
  return [
    h('p', { class: 'short' }, inShort(hops[hops.length - 1] as Hop, redirects, story.stops)),
    h('ol', { class: 'hops' }, hops.map((hop) => step(rules, hop))),
  ];
}

function inShort(last: Hop, redirects: number, stops: string | null): string {
  const after = redirects === 0 ? '' : `After ${count(redirects, 'redirect')}: `;
  const answer = last.answer;
  if (stops !== null) return `${after}${stops}: ${shown(answer.location ?? '')}`;
  if (answer.to === 'worker') return `${after}the site's script answers; what it says is not known here.`;
  return `${after}${answer.status} with ${answer.asset === null ? 'no file' : shown(answer.asset)}.`;
}

function step(rules: ReadonlyMap<string, RuleRow>, { url, answer }: Hop): HTMLElement {
  if (answer.to === 'worker') return h('li', {}, h('p', {}, code(url), ' goes to the script.'));
  const rule = rules.get(answer.rule);
  const headers = Object.entries(answer.headers).flatMap(([name, value]) => (typeof value === 'string' ? [value] : value).map((line) => [name, line] as const));
  return h('li', {},
    h('p', {}, code(url, { class: 'asked' }), ' ', badge(answer.status), ' ',
      answer.location !== null ? h('span', {}, '→ ', code(answer.location, { class: 'location' })) : answer.asset === null ? null : code(answer.asset, { class: 'asset' }),
      answer.size !== null && h('span', { class: 'dim' }, ` ${bytes(answer.size)}`)),
    h('p', {}, 'Rule ', code(answer.rule, { class: 'rule' }), rule !== undefined && [': ', ...prose(rule.summary)]),
    rule !== undefined && h('p', { class: 'dim' }, `${rule.certainty}; source: ${rule.source}`),
    rule !== undefined && rule.advice !== '' && h('p', {}, prose(filled(rule.advice, url, answer.asset, answer.location))),
    h('details', {}, h('summary', {}, `${count(headers.length, 'header')}`),
      h('dl', { class: 'headers' }, headers.flatMap(([name, value]) => [h('dt', {}, code(name)), h('dd', {}, code(value))]))));
}

/** What stands between backquotes is code. */
function prose(text: string): (HTMLElement | string)[] {
  return text.split('`').map((part, index) => (index % 2 === 1 ? code(part) : shown(part)));
}

function filled(advice: string, url: string, asset: string | null, location: string | null): string {
  const quoted: Record<string, string> = { '{path}': url, '{file}': asset ?? 'the file', '{to}': location ?? 'its destination' };
  return advice.replace(/\{(?:path|file|to)\}/g, (name) => (quoted[name] as string).replaceAll('`', '\''));
}
