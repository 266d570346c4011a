// Directories, open files, names in directories, sockets.
import * as file from './file-facts.ts';
import { rootOf, unknownDentry } from './paths.ts';
import type { SourcesOf } from './sources.ts';

/** Descriptors that a table of files has room for here. */
export const MAX_FDS = 1024;

/** Sources of the structures of files. */
export const FILE_SOURCES: SourcesOf<
  'fs' | 'files' | 'fdtable' | 'file' | 'inode' | 'dentry' | 'mount' | 'socket' | 'sock'
> = {
  fs: {
    umask: { number: ({ facts }) => facts?.umask },
    pwd_mnt: {
      pointer: ({ facts }, graph) =>
        facts?.cwd === undefined ? undefined : graph.vfsmount(graph.nodes.paths.root),
    },
    pwd_dentry: {
      pointer: ({ facts }, graph) =>
        facts?.cwd === undefined
          ? undefined
          : graph.at('dentry', graph.nodes.paths.dentryOf(facts.cwd) ?? unknownDentry()),
    },
    root_mnt: { pointer: (_node, graph) => graph.vfsmount(graph.nodes.paths.root) },
    root_dentry: {
      pointer: ({ facts }, graph) => {
        const { paths } = graph.nodes;
        const root = facts?.root === undefined ? paths.root : (paths.dentryOf(facts.root) ?? unknownDentry());
        return graph.at('dentry', root);
      },
    },
  },
  files: { fdt: { pointer: (node, graph) => graph.at('fdtable', node) } },
  fdtable: {
    max_fds: { number: () => MAX_FDS },
    fd: { pointer: (node, graph) => graph.fdArray(node) },
  },
  file: {
    flags: { number: ({ facts }) => facts.flags },
    mnt: {
      pointer: ({ dentry }, graph) => (dentry === undefined ? undefined : graph.vfsmount(rootOf(dentry))),
    },
    dentry: {
      pointer: ({ dentry }, graph) => (dentry === undefined ? undefined : graph.at('dentry', dentry)),
    },
    inode: { pointer: (node, graph) => graph.at('inode', node) },
    private: {
      pointer: (node, graph) => (file.isSocket(node.facts) ? graph.at('socket', node) : undefined),
    },
    somewhere: 'somewhere',
  },
  inode: {
    mode: { number: ({ facts }) => file.modeOf(facts) },
    ino: { number: ({ facts }) => file.inodeOf(facts) },
    rdev: { number: ({ facts }) => file.deviceOf(facts) },
    somewhere: 'somewhere',
  },
  dentry: {
    parent: {
      pointer: (node, graph) =>
        node.name === undefined ? undefined : graph.at('dentry', node.parent ?? node),
    },
    hash: { number: ({ name }) => (name === undefined ? undefined : file.hashOf(name)) },
    len: { number: ({ name }) => name?.length },
    name: { pointer: (node, graph) => graph.nameIn(node) },
    short: { bytes: ({ name }) => name },
    inode: {
      pointer: (node, graph) => graph.at('inode', node.file ?? { facts: {}, dentry: node }),
    },
    somewhere: 'somewhere',
  },
  mount: {
    root: { pointer: (root, graph) => graph.at('dentry', root) },
    self: { pointer: (root, graph) => graph.at('mount', root) },
    somewhere: 'somewhere',
  },
  socket: {
    type: { number: ({ facts }) => facts.socket?.type },
    file: { pointer: (node, graph) => graph.at('file', node) },
    sk: { pointer: (node, graph) => graph.at('sock', node) },
    somewhere: 'somewhere',
  },
  sock: {
    family: { number: ({ facts }) => file.familyOf(facts.socket) },
    local4: { bytes: ({ facts }) => file.address4(facts.socket?.local) },
    remote4: { bytes: ({ facts }) => file.address4(facts.socket?.remote) },
    local6: { bytes: ({ facts }) => file.address6(facts.socket?.local) },
    remote6: { bytes: ({ facts }) => file.address6(facts.socket?.remote) },
    local_port: { number: ({ facts }) => file.portOf(facts.socket?.local) },
    local_port_net: { bytes: ({ facts }) => file.portBytes(facts.socket?.local) },
    remote_port: { bytes: ({ facts }) => file.portBytes(facts.socket?.remote) },
    type: { number: ({ facts }) => facts.socket?.type },
    protocol: { number: ({ facts }) => facts.socket?.protocol },
    socket: { pointer: (node, graph) => graph.at('socket', node) },
    somewhere: 'somewhere',
  },
};
