// The Worker that is asked: a recorded site comes with POST, what it was answered goes back.

import { Manifest } from '../../dist/workerd.js';
import { askSite } from './ask.mjs';

export default {
  async fetch(request) {
    return Response.json(askSite(Manifest, await request.json()));
  },
};
