// What the writers of values share: the argument that is being put together.
import type { Arch } from '../../event.ts';
import type { Image, Room } from './image.ts';
import type { Type } from './layout.ts';
import type { Value } from './value.ts';

/** One argument at one point. */
export interface Task {
  readonly arch: Arch;
  readonly isExit: boolean;
  readonly room: Room;
  /** Bytes of the thing that is being written, as another argument or member says; -1 unknown. */
  length: number;
  /** Address of a string that the importer has placed; undefined: of none with these bytes. */
  addressOf(bytes: Uint8Array): bigint | undefined;
  /** The text of another argument, read; undefined where it has none. */
  argument(arg: number): Value | undefined;
  /** Writes a value of a type at an offset, see encode.ts. */
  write(image: Image, off: number, type: Type, value: Value, isOut: boolean): void;
}
