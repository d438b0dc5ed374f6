import { lookup as systemLookup, type LookupOptions } from 'node:dns';
import { BlockList, isIP, type LookupFunction } from 'node:net';
import { ForbiddenError } from '@interlink/spec';

/** Where the metadata services of clouds are, and what no builder has for an address. */
const never = new BlockList();
never.addSubnet('169.254.0.0', 16, 'ipv4');
never.addSubnet('0.0.0.0', 8, 'ipv4');
never.addSubnet('224.0.0.0', 3, 'ipv4');
never.addSubnet('fe80::', 10, 'ipv6');
never.addSubnet('ff00::', 8, 'ipv6');
never.addAddress('::', 'ipv6');
never.addAddress('fd00:ec2::254', 'ipv6');

/** True for an address that pod data is never sent to: link-local, unspecified, multicast. */
export function isNeverABuilder(address: string): boolean {
  return never.check(address, isIP(address) === 6 ? 'ipv6' : 'ipv4');
}

function refusal(host: string): ForbiddenError {
  return new ForbiddenError(`jobscriptURL: the host ${host} has an address that no job-script builder may have`, {
    field: 'jobscriptURL',
  });
}

/** The system's look-up, judged where the connection is made: a name may change its address after it was checked. */
export const publicLookup: LookupFunction = (host, options: LookupOptions, callback) => {
  systemLookup(host, { ...options, all: true }, (error, addresses) => {
    if (error !== null) callback(error, []);
    else if (addresses.some(({ address }) => isNeverABuilder(address))) callback(refusal(host), []);
    else if (options.all === true) callback(null, addresses);
    else callback(null, addresses[0]?.address ?? '', addresses[0]?.family);
  });
};
