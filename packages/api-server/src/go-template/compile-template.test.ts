import { describe, expect, it } from 'vitest';
import { retrievedPodData } from '../__fixtures__/create-request.ts';
import { compileTemplate } from './compile-template.ts';

const data = { ...retrievedPodData, jobScript: undefined };
const render = (source: string, value: unknown = data): string => compileTemplate('job.tmpl', source).execute(value);

describe('a job-script template', () => {
  it.each([
    ['{{ .Pod.metadata.name }}', 'demo'],
    ['{{ .pod.metadata.name }}', 'demo'],
    ['{{ .Pod.Name }}/{{ .Pod.Namespace }}/{{ .Pod.UID }}', 'demo/default/0b7c1c2e-7a0b-4c58-9d0b-6d3c7b0c9a11'],
    ['{{ .Pod.ObjectMeta.Labels.app }}', 'demo'],
    ['{{ .Pod.GetName }}', 'demo'],
    ['{{ (index .Pod.Spec.Containers 0).Image }}', 'python:3.12'],
    ['{{ (index .Pod.Spec.Containers 0).Resources.Limits.Memory.String }}', '1Gi'],
    ['{{ index (index .Pod.Spec.Containers 0).Resources.Limits "cpu" }}', '1'],
    ['{{ (index .Pod.Spec.Volumes 0).VolumeSource.ConfigMap.LocalObjectReference.Name }}', 'demo-cfg'],
    ['{{ range .Containers }}{{ .Name }} {{ end }}', 'prep main '],
    ['{{ (index .Containers 1).ConfigMaps | len }}', '1'],
    ['{{ .JobScriptBuild.ApptainerOptions.FuseMode | printf "%q" }}', '""'],
    ['{{ .JobScriptBuild.VolumesOptions.FuseSleepSeconds }}', '0'],
    ['{{ .JobScript }}', ''],
    ['{{ .Pod.Status.PodIP }}', '127.0.0.1'],
    ['{{ .Pod.Spec.NoSuchField.Deeper }}', ''],
  ])('reads fields by JSON and by Go name: %s', (source, expected) => {
    expect(render(source)).toBe(expected);
  });

  it.each([
    ['{{if .a}}yes{{else}}no{{end}}', { a: [] }, 'no'],
    ['{{if .a}}yes{{else if .b}}maybe{{else}}no{{end}}', { b: 1 }, 'maybe'],
    ['{{if and .a (not .b)}}yes{{end}}', { a: 'x' }, 'yes'],
    ['{{with .a}}{{.b}}{{else}}none{{end}}', { a: { b: 'c' } }, 'c'],
    ['{{with .z}}x{{else}}none{{end}}', {}, 'none'],
    ['{{range $i, $v := .a}}{{$i}}={{$v}};{{end}}', { a: ['x', 'y'] }, '0=x;1=y;'],
    ['{{range $k, $v := .a}}{{$k}}={{$v}};{{end}}', { a: { z: 1, b: 2 } }, 'b=2;z=1;'],
    [
      '{{range .a}}{{if eq . 2}}{{continue}}{{end}}{{if eq . 4}}{{break}}{{end}}{{.}}{{end}}',
      { a: [1, 2, 3, 4, 5] },
      '13',
    ],
    ['{{range .none}}x{{else}}empty{{end}}', {}, 'empty'],
    ['{{range 3}}{{.}}{{end}}', {}, '012'],
    ['{{$x := 1}}{{if true}}{{$x = 2}}{{end}}{{$x}}', {}, '2'],
    ['{{$x := .a}}{{range .b}}{{$x}}{{$.a}}{{.}}{{end}}', { a: 'A', b: ['1'] }, 'AA1'],
    ['a  {{- " b " -}}  c', {}, 'a b c'],
    ['a{{/* }} a comment */}}b', {}, 'ab'],
    ['{{ "}}" }}', {}, '}}'],
    ['{{ `raw "text"` }}', {}, 'raw "text"'],
    ['{{ "tab\\tnewline\\n" }}', {}, 'tab\tnewline\n'],
    ['{{ .a | printf "%s-%d" "x" }}', { a: 3 }, 'x-3'],
    ['{{ printf "%05d|%-4s|%4s|%.2f|%v|%%" 42 "ab" "cd" 1.5 .a }}', { a: [1, 'b'] }, '00042|ab  |  cd|1.50|[1 b]|%'],
    ['{{ eq .a "x" "y" }} {{ ne 1 2 }} {{ lt 1 2 }} {{ ge "b" "a" }}', { a: 'y' }, 'true true true true'],
    ['{{ eq .absent "" }} {{ eq .absent 0 }} {{ eq .absent false }}', {}, 'true true true'],
    ['{{ or .a "default" }}', {}, 'default'],
    ['{{ len .a }} {{ slice .b 1 3 }} {{ index .a 0 }}', { a: ['q'], b: 'abcd' }, '1 bc q'],
    ['{{ .a | urlquery }} {{ .a | html }}', { a: 'x &' }, 'x+%26 x &amp;'],
    ['{{ .a | shellQuote }}', { a: "it's $(id)" }, "'it'\\''s $(id)'"],
    ['{{ .a }}', { a: { y: 1, x: ['b'] } }, 'map[x:[b] y:1]'],
  ])('executes %s', (source, value, expected) => {
    expect(render(source, value)).toBe(expected);
  });

  it('never executes what the data says', () => {
    expect(render('{{ .a }}', { a: '{{ .b }}', b: 'secret' })).toBe('{{ .b }}');
    expect(render('{{ .constructor }}{{ .a.__proto__ }}', { a: {} })).toBe('');
  });

  it.each([
    ['line 1\n{{ .a', 'job.tmpl:2: an action has no closing }}'],
    ['{{ if .a }}x', 'job.tmpl:1: {{if}} has no {{end}}'],
    ['{{ if .a }}{{ else }}x', 'has no {{end}}'],
    ['{{ end }}', 'job.tmpl:1: {{end}} belongs to nothing'],
    ['{{ break }}', 'stands outside of a range'],
    ['{{ define "x" }}{{ end }}', 'job.tmpl:1: {{define}} is not supported'],
    ['\n\n{{ include "x" }}', 'job.tmpl:3: include is no function of job-script templates'],
    ['{{ .a .b }}', 'only a function takes arguments'],
    ['{{ (len .a }}', 'a closing parenthesis is missing'],
    ['{{ 5 | .a }}', 'cannot be piped'],
    ['{{ }}', 'a value is missing'],
    ['{{ "a\\q" }}', 'is no known escape'],
    ['{{ .a ? }}', 'unexpected "?"'],
    ['{{ .a := 1 }}', 'only a variable'],
  ])('refuses %j', (source, message) => {
    expect(() => render(source, {})).toThrow(message);
  });

  it.each([
    ['\n{{ index .a 3 }}', 'job.tmpl:2: index 3 is outside of a list of 1'],
    ['{{ $x }}', 'job.tmpl:1: $x is not declared'],
    ['{{ lt 1 "a" }}', 'can be compared by order'],
    ['{{ range true }}{{ end }}', 'range takes'],
  ])('names the line where the data does not fit: %j', (source, message) => {
    const expected = expect.objectContaining({
      code: 'ILK_INVALID_INPUT',
      message: expect.stringContaining(message) as string,
    }) as Error;
    expect(() => render(source, { a: [1] })).toThrow(expected);
  });
});
