import { createInterLinkApi } from '@interlink/api-server';
