export { compileTemplate } from './compile-template.ts';

export type { Template } from './compile-template.ts';
