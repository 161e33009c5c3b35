import { useState, type ReactNode } from 'react';
import { useAction } from '../../api/index.js';
import { Button } from '../../kit/index.js';
import { useMay, type Operation } from '../../session/index.js';
import { Confirm } from './confirm.js';

/** Something that is done to one thing of the node by one request without a body. */
export interface Deed {
  /** Whoever may not do this does not see it. */
  readonly needs: Operation;
  readonly method?: 'POST' | 'DELETE';
  readonly path: string;
  readonly verb: string;
  /** For the ear, when there is a button like it in each row. */
  readonly label?: string;
  readonly title: string;
  /** What follows from it. */
  readonly consequence: ReactNode;
  readonly isDanger?: boolean;
  readonly onDone?: () => void;
}

/** A button for a deed, which asks once more. */
export function DeedButton({
  deed,
  small = false,
}: {
  readonly deed: Deed;
  readonly small?: boolean;
}): ReactNode {
  const may = useMay();
  const [isOpen, setIsOpen] = useState(false);
  const { needs, method = 'POST', path, verb, label, title, consequence, isDanger = false, onDone } = deed;
  const action = useAction(method, path, {
    onDone: () => {
      setIsOpen(false);
      onDone?.();
    },
  });
  if (!may(needs)) return null;
  const open = (): void => {
    action.reset();
    setIsOpen(true);
  };
  return (
    <>
      <Button
        small={small}
        tone={isDanger ? 'danger' : 'plain'}
        onClick={open}
        {...(label === undefined ? {} : { label })}
      >
        {verb}
      </Button>
      {isOpen ? (
        <Confirm
          title={title}
          verb={verb}
          isDanger={isDanger}
          action={action}
          onConfirm={() => void action.run()}
          onClose={() => setIsOpen(false)}
        >
          {consequence}
        </Confirm>
      ) : null}
    </>
  );
}
