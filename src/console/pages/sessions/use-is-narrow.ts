import { useSyncExternalStore } from 'react';

const NARROW = '(max-width: 44rem)';

/** Whether the page is as narrow as a phone, where tables become blocks. */
export function useIsNarrow(): boolean {
  return useSyncExternalStore(subscribe, () => window.matchMedia(NARROW).matches);
}

function subscribe(onChange: () => void): () => void {
  const media = window.matchMedia(NARROW);
  media.addEventListener('change', onChange);
  return () => media.removeEventListener('change', onChange);
}
