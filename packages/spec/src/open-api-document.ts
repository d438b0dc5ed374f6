/** As much of an OpenAPI 3.1 document as interLink itself reads; the rest is kept. */
export interface OpenApiDocument extends Record<string, unknown> {
  readonly openapi: string;
  readonly info: { readonly title: string; readonly version: string } & Readonly<Record<string, unknown>>;
  readonly paths: Readonly<Record<string, unknown>>;
  readonly components: { readonly schemas: Readonly<Record<string, unknown>> } & Readonly<Record<string, unknown>>;
}
