/** The integration in the types of the Astro that is installed. */
export const ASTRO_TYPES = `
import type { AstroIntegration } from 'astro';
import { defineConfig } from 'astro/config';
import trailmark, { type TrailmarkOptions } from '@trailmark/astro';

const options: TrailmarkOptions = { platform: 'pages', strict: true, config: false };
export const integration: AstroIntegration = trailmark(options);
export default defineConfig({ integrations: [trailmark(), trailmark({ htmlHandling: 'none' })] });
// @ts-expect-error: no such option
trailmark({ htmlhandling: 'none' });
// @ts-expect-error: no such value
trailmark({ platform: 'netlify' });
trailmark({ audit: { failOn: ['error', 'redirect'], only: 'redirect', site: 'https://a.example' } });
// @ts-expect-error: no such rule
trailmark({ audit: { only: 'redirects' } });
`;
