// The files that are deployed: the site without its two rule files. The manifest knows their rules; were they deployed as well, the
// platform would apply them a second time.

import { cpSync, rmSync } from 'node:fs';
import path from 'node:path';

const RULES = ['_redirects', '_headers'].map((name) => path.join('site', name));

rmSync('deploy', { recursive: true, force: true });
cpSync('site', 'deploy', { recursive: true, filter: (source) => !RULES.includes(source) });
