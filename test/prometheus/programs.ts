import { findProgram } from '../setup/program.js';

const PROMETHEUS = 'install Debian’s prometheus, or set PROMETHEUS to the program';
const ALERTMANAGER = 'install Debian’s prometheus-alertmanager, or set ALERTMANAGER to the program';

export const prometheusBinary = findProgram('prometheus', process.env['PROMETHEUS'], PROMETHEUS);
export const promtoolBinary = findProgram('promtool', process.env['PROMTOOL'], PROMETHEUS);
export const amtoolBinary = findProgram('amtool', process.env['AMTOOL'], ALERTMANAGER);
export const alertmanagerProgram = findProgram('prometheus-alertmanager', process.env['ALERTMANAGER'], ALERTMANAGER);
