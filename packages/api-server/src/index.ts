export { createInterLinkApi } from './create-interlink-api.ts';
