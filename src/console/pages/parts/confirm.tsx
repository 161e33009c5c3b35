import type { ReactNode } from 'react';
import type { ApiProblem } from '../../api/index.js';
import { Button, Dialog, ErrorState, useT } from '../../kit/index.js';

/** Asks once more before something is done, and says what follows from it. It stays open until that has succeeded. */
export function Confirm({
  title,
  children,
  verb,
  isDanger = false,
  action,
  onConfirm,
  onClose,
}: {
  readonly title: string;
  /** What will follow. */
  readonly children: ReactNode;
  /** On the button that does it. */
  readonly verb: string;
  readonly isDanger?: boolean;
  readonly action: { readonly isRunning: boolean; readonly error: ApiProblem | null };
  readonly onConfirm: () => void;
  readonly onClose: () => void;
}): ReactNode {
  const t = useT();
  return (
    <Dialog
      title={title}
      onClose={onClose}
      actions={
        <>
          <Button onClick={onClose}>{t('shell.cancel')}</Button>
          <Button tone={isDanger ? 'danger' : 'primary'} onClick={onConfirm} busy={action.isRunning}>
            {verb}
          </Button>
        </>
      }
    >
      <p>{children}</p>
      {action.error === null ? null : <ErrorState error={action.error} />}
    </Dialog>
  );
}
