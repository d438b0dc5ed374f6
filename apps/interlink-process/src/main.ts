#!/usr/bin/env node
import { createProcessPlugin } from '@interlink/plugin-process';
