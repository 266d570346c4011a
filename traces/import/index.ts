// Importers: one file and one folder a format.
export { ImportError, type Refusal } from './errors.ts';
export { type StraceImporter, type StraceOptions, createStraceImporter } from './strace.ts';
export { recogniseStrace } from './strace/recognise.ts';
export { type PcapImporter, type PcapOptions, createPcapImporter } from './pcap.ts';
export { recogniseCapture } from './pcap/recognise.ts';
