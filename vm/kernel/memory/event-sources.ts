// Arguments of events: the program that is started, the signal that is sent.
import type { SourcesOf } from './sources.ts';

/** Sources of the structures of events. */
export const EVENT_SOURCES: SourcesOf<'binprm' | 'siginfo' | 'sigaction' | 'filename'> = {
  binprm: {
    filename: { pointer: ({ filename }, graph) => graph.string(filename) },
    interp: { pointer: ({ interp }, graph) => (interp === undefined ? undefined : graph.string(interp)) },
    file: {
      pointer: ({ task, filename }, graph) => {
        const path = task.process.facts?.exe ?? filename;
        return graph.at('file', graph.nodes.file({ path, type: 'regular' }));
      },
    },
    argc: { number: ({ task }) => task.process.facts?.args?.length },
    mm: { pointer: ({ task }, graph) => graph.at('mm', graph.nodes.leader(task)) },
    cred: { pointer: ({ task }, graph) => graph.at('cred', task) },
  },
  siginfo: {
    signal: { number: ({ signal }) => signal },
    errno: { number: ({ errno }) => errno },
    code: { number: ({ code }) => code },
    pid: { number: ({ pid }) => pid },
    uid: { number: ({ uid }) => uid },
    status: { number: ({ status }) => status },
  },
  sigaction: {
    handler: { number: ({ handler }) => handler },
    flags: { number: ({ flags }) => flags },
  },
  filename: { name: { pointer: ({ name }, graph) => graph.string(name) } },
};
