// The only scripts the app may start by address are its own service worker and its own built files.
const policy = {
  createScriptURL(address: string): string {
    const url = new URL(address, location.href);
    const ours = url.origin === location.origin && (url.pathname === '/sw.js' || /^\/assets\/[\w.-]+\.js$/.test(url.pathname));
    if (!ours) throw new TypeError('this script address is not one of the app');
    return address;
  },
};

interface PolicyFactory { createPolicy(name: string, rules: typeof policy): unknown }
(globalThis as { trustedTypes?: PolicyFactory }).trustedTypes?.createPolicy('default', policy);
export {};
