// Light, dark, or what the system says.

import { byId } from './dom.js';

const KEY = 'trailmark-theme';

/** Makes the switch work, and keeps the choice where the browser allows that. */
export function startTheme(): void {
  const select = byId<HTMLSelectElement>('theme');
  select.value = kept() ?? 'auto';
  const apply = (): void => {
    if (select.value === 'auto') delete document.documentElement.dataset['theme'];
    else document.documentElement.dataset['theme'] = select.value;
  };
  select.addEventListener('change', () => {
    apply();
    try {
      localStorage.setItem(KEY, select.value);
    } catch {
      // A page from a file may have no storage; then the choice holds until it is closed.
    }
  });
  apply();
}

function kept(): string | null {
  try {
    const value = localStorage.getItem(KEY);
    return value === 'light' || value === 'dark' ? value : null;
  } catch {
    return null;
  }
}
