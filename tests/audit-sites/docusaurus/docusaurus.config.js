// TRAILING_SLASH is `true` or `false`, or not there, as in the template.
const { TRAILING_SLASH } = process.env;

module.exports = {
  title: 'Docs',
  url: 'https://docs.example.com',
  baseUrl: process.env.BASE_URL ?? '/',
  trailingSlash: TRAILING_SLASH === undefined ? undefined : TRAILING_SLASH === 'true',
  onBrokenLinks: 'ignore',
  onBrokenAnchors: 'ignore',
  markdown: { format: 'detect', hooks: { onBrokenMarkdownLinks: 'ignore', onBrokenMarkdownImages: 'ignore' } },
  i18n: { defaultLocale: 'en', locales: ['en', 'fr'] },
  presets: [
    [
      'classic',
      {
        docs: { sidebarPath: './sidebars.js' },
        blog: { feedOptions: { type: ['rss', 'atom'] }, onInlineTags: 'ignore', onInlineAuthors: 'ignore', onUntruncatedBlogPosts: 'ignore' },
      },
    ],
  ],
  themeConfig: {
    navbar: {
      title: 'Docs',
      items: [
        { type: 'docSidebar', sidebarId: 'docs', position: 'left', label: 'Docs' },
        { to: '/blog', label: 'Blog', position: 'left' },
        { type: 'localeDropdown', position: 'right' },
      ],
    },
    footer: { links: [{ label: 'Docs', to: '/docs/installation' }, { label: 'Blog', to: '/blog' }] },
  },
};
