import { Ajv2020, type ErrorObject, type ValidateFunction } from 'ajv/dist/2020.js';
import { InvalidInputError } from '../errors/index.ts';
import { interLinkApiDocument, pluginApiDocument } from '../generated/documents.ts';
import type { Pod } from '../kubernetes.ts';
import type { AttachRequest, ExecRequest, PortForwardRequest } from '../streams.ts';
import type {
  CreateStruct,
  ErrorBody,
  HeldPod,
  LogStruct,
  PingResponse,
  PodCreateRequests,
  PodStatus,
  PodStatusEvent,
  RetrievedPodData,
} from '../wire.ts';
import { dropNulls } from './drop-nulls.ts';
import { findNullItem } from './find-null-item.ts';

/** Which streams the caller will use. */
export interface StreamWishes {
  readonly stdin?: boolean;
}

/** The bodies and queries that can be checked, by the schema's name in the OpenAPI documents. */
export interface WireBodies {
  AttachRequest: AttachRequest & StreamWishes;
  CreateStruct: CreateStruct;
  ErrorBody: ErrorBody;
  ExecRequest: ExecRequest & StreamWishes;
  HeldPod: HeldPod;
  LogStruct: LogStruct;
  PingResponse: PingResponse;
  Pod: Pod;
  PodCreateRequests: PodCreateRequests;
  PodStatus: PodStatus;
  PodStatusEvent: PodStatusEvent;
  PortForwardRequest: PortForwardRequest;
  RetrievedPodData: RetrievedPodData;
}

const ajv = new Ajv2020({ strict: false, allErrors: false, validateFormats: false });
const schemas = { ...pluginApiDocument.components.schemas, ...interLinkApiDocument.components.schemas };
ajv.addSchema({ $id: 'wire', components: { schemas } });
const compiled = new Map<string, ValidateFunction>();

function validatorOf(name: keyof WireBodies): ValidateFunction {
  const known = compiled.get(name);
  if (known !== undefined) return known;
  const validate = ajv.compile({ $ref: `wire#/components/schemas/${name}` });
  compiled.set(name, validate);
  return validate;
}

/** `/spec/containers/0/name` as `spec.containers[0].name`, the way Kubernetes writes field paths. */
function fieldPath(error: ErrorObject): string {
  const missing = error.keyword === 'required' ? `/${String(error.params['missingProperty'])}` : '';
  const parts = `${error.instancePath}${missing}`.split('/').slice(1);
  return parts
    .map((part) => part.replaceAll('~1', '/').replaceAll('~0', '~'))
    .map((part, index) => (/^\d+$/.test(part) ? `[${part}]` : index === 0 ? part : `.${part}`))
    .join('');
}

function describe(error: ErrorObject | undefined): { field: string; problem: string } {
  if (error === undefined) return { field: '', problem: 'is invalid' };
  const problem = error.keyword === 'required' ? 'is required' : (error.message ?? 'is invalid');
  return { field: fieldPath(error), problem };
}

/**
 * Checks a body against its schema and gives a copy without nulls; unknown keys are kept.
 *
 * @throws InvalidInputError that names the first field at fault. The value at fault is never in the message.
 */
export function parseWire<Name extends keyof WireBodies>(name: Name, value: unknown): WireBodies[Name] {
  const validate = validatorOf(name);
  const body = dropNulls(value);
  const nullItem = findNullItem(body);
  if (nullItem === undefined && validate(body)) return body as WireBodies[Name];
  const { field, problem } =
    nullItem === undefined ? describe(validate.errors?.[0]) : { field: nullItem, problem: 'must not be null' };
  throw new InvalidInputError(`${name}: ${field === '' ? 'the body' : field} ${problem}`, {
    field: field === '' ? 'body' : field,
  });
}

/** {@link parseWire} for every item of a list; null is the empty list. The field path starts with the item's index. */
export function parseWireList<Name extends keyof WireBodies>(name: Name, value: unknown): readonly WireBodies[Name][] {
  if (value === null || value === undefined) return [];
  if (!Array.isArray(value)) throw new InvalidInputError(`a list of ${name} is expected`, { field: 'body' });
  return value.map((item, index) => parseItem(name, item, index));
}

function parseItem<Name extends keyof WireBodies>(name: Name, item: unknown, index: number): WireBodies[Name] {
  try {
    return parseWire(name, item);
  } catch (error) {
    if (!(error instanceof InvalidInputError)) throw error;
    const field = error.field === 'body' ? `[${index}]` : `[${index}].${error.field ?? ''}`;
    throw new InvalidInputError(`item ${index}: ${error.message}`, { field });
  }
}
