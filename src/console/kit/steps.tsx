import { useId, useRef, useState, type KeyboardEvent, type ReactNode } from 'react';
import { useT } from './locale.js';

export interface Step {
  readonly id: string;
  readonly label: string;
}

/** Where one is in a task of several steps. Steps that are done can be gone back to with `onGo`. */
export function Steps({
  steps,
  current,
  onGo,
  label,
}: {
  readonly steps: readonly Step[];
  readonly current: string;
  readonly onGo?: (id: string) => void;
  readonly label: string;
}): ReactNode {
  const t = useT();
  const at = steps.findIndex(({ id }) => id === current);
  return (
    <nav aria-label={label} className="steps">
      <p className="steps-where">{t('shell.steps.where', { step: at + 1, of: steps.length })}</p>
      <ol>
        {steps.map((step, index) => {
          const inside = (
            <>
              <span className="step-number" aria-hidden="true">
                {index < at ? '✓' : index + 1}
              </span>
              <span>{step.label}</span>
            </>
          );
          const state = index < at ? 'done' : index === at ? 'current' : 'coming';
          return (
            <li
              key={step.id}
              className={`step step-${state}`}
              aria-current={index === at ? 'step' : undefined}
            >
              {index < at && onGo !== undefined ? (
                <button type="button" onClick={() => onGo(step.id)}>
                  {inside}
                </button>
              ) : (
                <span className="step-inside">{inside}</span>
              )}
            </li>
          );
        })}
      </ol>
    </nav>
  );
}

export interface Tab {
  readonly id: string;
  readonly label: string;
  readonly panel: ReactNode;
}

/** Views of one thing, of which one is shown. The arrow keys go from tab to tab. */
export function Tabs({
  tabs,
  label,
  start,
}: {
  readonly tabs: readonly Tab[];
  readonly label: string;
  /** Id of the tab that is shown first; the first one unless told. */
  readonly start?: string;
}): ReactNode {
  const id = useId();
  const list = useRef<HTMLDivElement>(null);
  const [chosen, setChosen] = useState(start ?? tabs[0]?.id);
  const at = Math.max(
    0,
    tabs.findIndex((tab) => tab.id === chosen),
  );
  const move = (event: KeyboardEvent): void => {
    const by: Readonly<Record<string, number>> = {
      ArrowRight: at + 1,
      ArrowLeft: at - 1,
      Home: 0,
      End: tabs.length - 1,
    };
    const to = by[event.key];
    if (to === undefined) return;
    event.preventDefault();
    const next = (to + tabs.length) % tabs.length;
    setChosen(tabs[next]?.id);
    list.current?.querySelectorAll<HTMLElement>('[role=tab]')[next]?.focus();
  };
  const shown = tabs[at];
  return (
    <div className="tabs">
      <div role="tablist" aria-label={label} className="tablist" ref={list} onKeyDown={move}>
        {tabs.map((tab, index) => (
          <button
            key={tab.id}
            type="button"
            role="tab"
            id={`${id}-${tab.id}`}
            aria-selected={index === at}
            aria-controls={`${id}-panel`}
            tabIndex={index === at ? 0 : -1}
            onClick={() => setChosen(tab.id)}
          >
            {tab.label}
          </button>
        ))}
      </div>
      <div role="tabpanel" id={`${id}-panel`} aria-labelledby={`${id}-${shown?.id ?? ''}`} tabIndex={0}>
        {shown?.panel}
      </div>
    </div>
  );
}
