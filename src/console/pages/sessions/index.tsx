import type { ReactNode } from 'react';
import { useParams } from 'wouter';
import { SessionDetails } from './session-details.js';
import { SessionList } from './session-list.js';
import './sessions.css';

/** All sessions, or the one of the path. */
export function Page(): ReactNode {
  const { id } = useParams<{ id?: string }>();
  return id === undefined ? <SessionList /> : <SessionDetails key={id} id={id} />;
}
