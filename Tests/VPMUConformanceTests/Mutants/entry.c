/* The identity and the entry. */

VPMU_DECLARE_IDENTITY;

const vpmu_plugin_info *vpmu_plugin_entry_v1(const vpmu_services *services) {
  (void)services;
  return &info;
}
