// The whole page takes dropped files.
import { useEffect, useState } from 'preact/hooks';
import { useApp } from '../components/app-context.ts';
import { ACCEPTED, ACCEPTED_PROGRAMS } from '../net/upload.ts';

/** Shows where to drop while a file is dragged over the page. */
export function DropZone() {
  const { commands } = useApp();
  const [over, setOver] = useState(false);
  useEffect(() => {
    const holdsFiles = (event: DragEvent): boolean => event.dataTransfer?.types.includes('Files') ?? false;
    const onOver = (event: DragEvent): void => {
      if (!holdsFiles(event)) return;
      event.preventDefault();
      setOver(true);
    };
    const onLeave = (event: DragEvent): void => {
      // Leaving an inner element tells where to; leaving the page does not.
      if (event.relatedTarget === null) setOver(false);
    };
    const onDrop = (event: DragEvent): void => {
      setOver(false);
      if (!holdsFiles(event)) return;
      event.preventDefault();
      const items = [...(event.dataTransfer?.items ?? [])].filter(({ kind }) => kind === 'file');
      const file = items[0]?.getAsFile();
      if (items.length > 1)
        commands.refuse('Drop one file at a time: each is a recording or a program of its own.');
      else if (items[0]?.webkitGetAsEntry()?.isDirectory === true)
        commands.refuse('This is a folder. Drop the log or the program itself.');
      else if (file !== undefined && file !== null) commands.upload(file);
    };
    addEventListener('dragover', onOver);
    addEventListener('dragleave', onLeave);
    addEventListener('drop', onDrop);
    return () => {
      removeEventListener('dragover', onOver);
      removeEventListener('dragleave', onLeave);
      removeEventListener('drop', onDrop);
    };
  }, [commands]);
  return over ? (
    <div class="drop" aria-hidden="true">
      <p>
        <b>Drop to replay</b>
        {ACCEPTED}; as a program {ACCEPTED_PROGRAMS}
      </p>
    </div>
  ) : null;
}
