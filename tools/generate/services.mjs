/** The five services as they were built. */
export async function loadServices() {
  const [{ gateway }, { registry }, { coordination }, { governance }, { execution }] = await Promise.all([
    import('@agion/gateway'),
    import('@agion/registry'),
    import('@agion/coordination'),
    import('@agion/governance'),
    import('@agion/execution'),
  ]);
  return [gateway, registry, coordination, governance, execution];
}
