export interface SshdPlace {
  readonly address: string;
  readonly port: number;
  readonly hostKey: string;
  readonly authorizedKeys: string;
}

/** The text of an sshd_config: public keys only, no PAM, nothing of this machine's own set-up. */
export function configurationText({ address, port, hostKey, authorizedKeys }: SshdPlace): string {
  return `ListenAddress ${address}:${port}
HostKey ${hostKey}
AuthorizedKeysFile ${authorizedKeys}
PidFile none
UsePAM no
StrictModes no
PasswordAuthentication no
KbdInteractiveAuthentication no
AuthenticationMethods publickey
PermitRootLogin prohibit-password
AllowTcpForwarding yes
UseDNS no
MaxStartups 100
LogLevel VERBOSE
Subsystem sftp internal-sftp
`;
}
