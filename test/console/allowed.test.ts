import { describe, expect, it } from 'vitest';
import { PERMISSIONS } from '../../src/admin/index.js';
import { ALLOWED, isAllowed } from '../../src/console/session/allowed.js';
import { placesOf } from '../../src/console/navigation.js';

describe('what the console shows to whom', () => {
  it('is what the node allows, route by route', () => {
    const node = Object.fromEntries(Object.keys(ALLOWED).map((route) => [route, PERMISSIONS[route]]));
    expect(ALLOWED).toEqual(node);
  });

  it('names every route that changes something and needs a role', () => {
    const changing = Object.entries(PERMISSIONS).filter(
      ([route, roles]) => !route.startsWith('GET') && roles !== 'anyone',
    );
    const missing = changing.map(([route]) => route).filter((route) => !(route in ALLOWED));
    expect(missing.filter((route) => route !== 'POST /v1/logout')).toEqual([]);
  });

  it('refuses what a role may not do', () => {
    expect(isAllowed('analyst', 'POST /v1/sessions')).toBe(false);
    expect(isAllowed('operator', 'POST /v1/sessions')).toBe(true);
  });

  it('leads each role to its own places', () => {
    const hrefs = (role: 'analyst' | 'auditor' | 'admin' | 'operator'): string[] =>
      placesOf(role).flatMap(({ places }) => places.map(({ href }) => href));
    expect(hrefs('analyst')).toEqual(['/', '/sessions', '/reports', '/trends', '/schedules', '/settings']);
    expect(hrefs('admin')).not.toContain('/reports');
    expect(hrefs('operator')).not.toContain('/audit');
    expect(hrefs('auditor')).toContain('/audit');
  });
});
