import sitemap from '@astrojs/sitemap';
import { defineConfig } from 'astro/config';

export default defineConfig({
  site: 'https://planted.example.com',
  integrations: [
    // A page that was taken out, but not out of the list.
    sitemap({ customPages: Array.from({ length: 12 }, (_, n) => `https://planted.example.com/retired/${n}/`) }),
  ],
  i18n: { defaultLocale: 'en', locales: ['en', 'de'] },
});
