#!/usr/bin/env node
import { buildProgram } from './build-program.ts';

await buildProgram().parseAsync();
