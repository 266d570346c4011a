// Binds a server and says in words why it cannot.
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { errnoOf, reasonOf, refusal } from '../errors.ts';

/** Listens on `host`:`port` (0: a free one) and gives the URL of the page. Throws UserError 'port-in-use', 'cannot-listen'. */
export async function listen(server: Server, host: string, port: number): Promise<string> {
  await new Promise<void>((resolve, reject) => {
    const onError = (error: Error): void => {
      const isTaken = errnoOf(error) === 'EADDRINUSE';
      reject(
        isTaken ? refusal('port-in-use', host, port) : refusal('cannot-listen', host, port, reasonOf(error)),
      );
    };
    server.once('error', onError);
    server.listen(port, host, () => {
      server.off('error', onError);
      resolve();
    });
  });
  const address = server.address() as AddressInfo; // a TCP server that listens has one
  const isEverywhere = address.address === '0.0.0.0' || address.address === '::';
  const shown = isEverywhere
    ? 'localhost'
    : address.family === 'IPv6'
      ? `[${address.address}]`
      : address.address;
  return `http://${shown}:${address.port}/`;
}
