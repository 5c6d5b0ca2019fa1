// What the audit found, grouped as `trailmark audit` groups it.

import { badge, code, count, fill, grouped, growing, h, shown } from './dom.js';
import type { AuditRule, Finding, Group } from './data.js';
import { askable, type Context } from './details.js';

/** Shows all groups. `open` shows a file in the tree. */
export function showFindings(context: Context, section: HTMLElement, open: (file: string) => void): void {
  const { audit, audit_rules } = context.data;
  if (audit === null) {
    fill(section, h('p', {}, 'The links were not audited: the report was made from a manifest alone. Name the folder of its files with ', code('--dist'), '.'));
    return;
  }
  if (audit.groups.length === 0) {
    fill(section, h('p', {}, `Nothing to complain of in ${count(audit.pages, 'page')}.`));
    return;
  }
  const rules = new Map(audit_rules.map((rule) => [rule.name, rule]));
  fill(section, audit.groups.map((group) => groupOf(context, group, rules.get(group.rule), open)));
}

function groupOf(context: Context, group: Group, rule: AuditRule | undefined, open: (file: string) => void): HTMLElement {
  const details = h('details', { class: 'group' },
    h('summary', {},
      h('span', { class: `level ${group.level}` }, group.level), ' ',
      h('strong', {}, group.rule), rule === undefined ? '' : `: ${rule.summary} `,
      h('span', { class: 'dim' }, `${count(group.count, 'target')}, ${count(group.links, 'link')}`,
        group.in_files === null ? '' : ` in ${count(group.in_files, 'file')}`)));
  // Made when it is first looked at.
  details.addEventListener('toggle', () => {
    const list = h('ul', { class: 'findings' });
    details.append(
      h('p', { class: 'dim' }, rule === undefined ? '' : `${rule.explanation} ${rule.fix}`),
      growing(list, group.findings.length, (index) => findingOf(context, group.findings[index] as Finding, open), 25),
      group.count > group.findings.length ? h('p', { class: 'dim' }, `and ${grouped(group.count - group.findings.length)} more; --limit 0 puts all into the page`) : '');
  }, { once: true });
  return details;
}

function findingOf(context: Context, finding: Finding, open: (file: string) => void): HTMLElement {
  const { answer } = finding;
  return h('li', {},
    h('p', {}, finding.target.startsWith('/') ? askable(context, finding.target) : code(finding.target),
      finding.fix !== undefined && h('span', {}, ' write ', code(finding.fix, { class: 'fix' }))),
    finding.detail !== undefined && h('p', {}, shown(finding.detail)),
    answer !== undefined && h('p', { class: 'dim' }, 'answers ', badge(answer.status), ' by ', code(answer.rule),
      answer.location !== undefined && h('span', {}, answer.redirects > 1 ? `, and after ${answer.redirects} redirects leads to ` : ', which leads to ', code(answer.location))),
    h('p', { class: 'dim' }, count(finding.links, 'link'), finding.in_files === null ? '' : ` in ${count(finding.in_files, 'file')}`,
      finding.kinds.length === 0 ? '' : ` (${finding.kinds.join(', ')})`),
    h('ul', { class: 'places' }, finding.places.map((place) => h('li', {},
      h('button', { type: 'button', class: 'link', onclick: () => open(place.file) },
        code(place.file + (place.line === undefined ? '' : `:${place.line}${place.column === undefined ? '' : `:${place.column}`}`))),
      place.link ? h('span', { class: 'dim' }, ' ', code(place.link)) : null))));
}
