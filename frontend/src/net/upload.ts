// Sends a dropped file to the server. XMLHttpRequest, because fetch does not tell how far the body has come.
import type { ReplyError, UploadReply } from '../../../backend/protocol/index.ts';
import { formatPlural } from '../state/format.ts';
import { RequestError } from './request.ts';

/** What the server takes, for people. */
export const ACCEPTED =
  'strace text (strace -f -ttt -T -o FILE …), a capture (pcap, pcapng), either gzipped, or a .sct recording';

/** Codes of refusals in whose text the server says itself what it expected. */
const EXPLAINED: ReadonlySet<string> = new Set(['not-a-log', 'upload-failed']);

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

/** POSTs the file; `onShare` hears the share of its bytes that were sent. Rejects with RequestError: the reason, and what would do. */
export function upload(file: File, onShare: (share: number) => void): Promise<UploadReply> {
  return new Promise((resolve, reject) => {
    const http = new XMLHttpRequest();
    http.open('POST', `api/recordings?name=${encodeURIComponent(file.name)}`);
    http.setRequestHeader('content-type', 'application/octet-stream');
    http.upload.addEventListener('progress', ({ loaded, total }) => onShare(total > 0 ? loaded / total : 0));
    http.upload.addEventListener('load', () => onShare(1));
    http.addEventListener('load', () => {
      try {
        resolve(readUploadReply(http.status, http.responseText));
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

/** The server's answer to an upload. Throws RequestError with its reason, or with the status when it gave none. */
export function readUploadReply(status: number, text: string): UploadReply {
  const body = parse(text);
  if (status >= 200 && status < 300 && isRecord(body) && isRecord(body['recording'])) {
    return body as unknown as UploadReply; // checked as far as the page depends on it
  }
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
