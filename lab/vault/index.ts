export { VaultClient, VaultRefusal } from "./client.js";
export { startVault, stopVault, type VaultOptions } from "./vault.js";
