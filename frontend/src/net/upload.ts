// Sends a dropped file to the server: a recording, or a program. XMLHttpRequest, because fetch does not tell how far the body has come.
import type { ProgramUploadReply, ReplyError, UploadReply } from '../../../backend/protocol/index.ts';
import { formatPlural } from '../state/format.ts';
import { RequestError } from './request.ts';

/** What the server takes, for people. */
export const ACCEPTED =
  'strace text (strace -f -ttt -T -o FILE …), a capture (pcap, pcapng), either gzipped, or a .sct recording';

/** What the server takes as a program, for people. */
export const ACCEPTED_PROGRAMS = 'an object that clang made (-target bpf), or assembly text (.asm, .s)';

/** Codes of refusals in whose text the server says itself what it expected. */
const EXPLAINED: ReadonlySet<string> = new Set([
  'not-a-log',
  'upload-failed',
  'bad-program',
  'program-too-large',
  'program-too-long',
]);

const ELF = [0x7f, 0x45, 0x4c, 0x46];

/** Whether a file is a program: an ELF object by its first bytes, assembly by its name. Everything else is a recording. */
export async function isProgram(file: File): Promise<boolean> {
  if (/\.(?:asm|s)$/iu.test(file.name)) return true;
  const head = new Uint8Array(await file.slice(0, ELF.length).arrayBuffer());
  return ELF.every((byte, i) => head[i] === byte);
}

/** 'execsnoop.bpf.o: 2 programs, verified.' */
export function programSummary(file: string, { progs }: ProgramUploadReply): string {
  return `${file}: ${formatPlural(progs, 'program')}, verified.`;
}

/** Why `file` was not taken, and what would have been. */
export function refusalText(file: string, { code, message }: RequestError): string {
  const reason = message.startsWith(file) ? message.slice(file.length) : `: ${message}`;
  const taken = EXPLAINED.has(code) ? '' : `. Taken are ${ACCEPTED}`;
  return `“${file}”${reason}${taken}.`;
}

/** What came of `file`. Warnings without a bad line are of a damaged recording. */
export function uploadSummary(file: string, { lines, badLines, warnings }: UploadReply): string {
  const damaged = badLines === 0 && warnings.length > 0;
  const bad = badLines === 0 ? 'all could be read' : `${formatPlural(badLines, 'line')} could not be read`;
  return `${file}: ${damaged ? 'taken, with damage' : `${formatPlural(lines, 'line')}, ${bad}`}.`;
}

/** POSTs a recording; `onShare` hears the share of its bytes that were sent. Rejects with RequestError: the reason, and what would do. */
export function upload(file: File, onShare: (share: number) => void): Promise<UploadReply> {
  return post('recordings', file, onShare, readUploadReply);
}

/** POSTs a program, as `upload` does. */
export function uploadProgram(file: File, onShare: (share: number) => void): Promise<ProgramUploadReply> {
  return post('programs', file, onShare, readProgramReply);
}

function post<T>(
  list: 'recordings' | 'programs',
  file: File,
  onShare: (share: number) => void,
  read: (status: number, text: string) => T,
): Promise<T> {
  return new Promise((resolve, reject) => {
    const http = new XMLHttpRequest();
    http.open('POST', `api/${list}?name=${encodeURIComponent(file.name)}`);
    http.setRequestHeader('content-type', 'application/octet-stream');
    http.upload.addEventListener('progress', ({ loaded, total }) => onShare(total > 0 ? loaded / total : 0));
    http.upload.addEventListener('load', () => onShare(1));
    http.addEventListener('load', () => {
      try {
        resolve(read(http.status, http.responseText));
      } catch (error) {
        reject(error);
      }
    });
    http.addEventListener('error', () =>
      reject(new RequestError('upload-failed', `${file.name} could not be sent: the connection broke off`)),
    );
    http.send(file);
  });
}

/** The server's answer to a recording. Throws RequestError with its reason, or with the status when it gave none. */
export function readUploadReply(status: number, text: string): UploadReply {
  return readReply(status, text, 'recording') as unknown as UploadReply; // checked as far as the page depends on it
}

/** The server's answer to a program, as `readUploadReply`. */
export function readProgramReply(status: number, text: string): ProgramUploadReply {
  return readReply(status, text, 'program') as unknown as ProgramUploadReply; // as above
}

function readReply(status: number, text: string, has: string): Record<string, unknown> {
  const body = parse(text);
  if (status >= 200 && status < 300 && isRecord(body) && isRecord(body[has])) return body;
  const error = isRecord(body) && isRecord(body['error']) ? body['error'] : body;
  if (isReplyError(error)) throw new RequestError(error.code, error.message);
  throw new RequestError('upload-failed', `the server refused the file (HTTP ${status})`);
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}

function isReplyError(value: unknown): value is ReplyError {
  return isRecord(value) && typeof value['code'] === 'string' && typeof value['message'] === 'string';
}
