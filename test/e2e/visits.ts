// A site for the tests of one describe block: opened before them, and every page that they look at is closed behind each, without complaints.
import { afterAll, afterEach, beforeAll, expect } from 'vitest';
import { openSite, type Dashboard, type Site } from './site.ts';

export interface Visits {
  /** The site, once the tests run. */
  readonly site: () => Site;
  /** As Site.visit. */
  readonly visit: Site['visit'];
}

/** To be called within `describe`. A page that complains in its console fails the test. */
export function useSite(): Visits {
  let site: Site | undefined;
  const open: Dashboard[] = [];
  const opened = (): Site => {
    if (site === undefined) throw new Error('the site is open while tests run');
    return site;
  };
  beforeAll(async () => {
    site = await openSite();
  });
  afterAll(async () => {
    await site?.close();
  });
  afterEach(async () => {
    const complaints = open.flatMap(({ complaints }) => complaints);
    for (const dashboard of open.splice(0)) await dashboard.page.context().close();
    expect(complaints).toEqual([]);
  });
  return {
    site: opened,
    visit: async (...args) => {
      const dashboard = await opened().visit(...args);
      open.push(dashboard);
      return dashboard;
    },
  };
}
