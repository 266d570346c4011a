// A dissector of packets in the manner of sockex3 of the kernel, as assembly text.

/** A program a protocol; where the header begins stands in cb[0], bytes are counted by protocol or port. */
export const DISSECTOR = `
.map jumps prog_array key=4 value=4 entries=8
.map bytes hash key=4 value=8 entries=64

.section "socket"
start:
r6 = r1
r0 = *(u16 *)skb[12]
r7 = 14
jump:
*(u32 *)(r6 + 48) = r7
r3 = 0
if r0 != 0x8100 goto not_vlan
r3 = 1
not_vlan:
if r0 != 0x8847 goto not_mpls
r3 = 2
not_mpls:
if r0 != 0x800 goto not_ip
r3 = 3
not_ip:
if r0 != 0x86dd goto not_ipv6
r3 = 4
not_ipv6:
r1 = r6
r2 = map[jumps] ll
call tail_call
r0 = 0
exit

.section "socket/1"
vlan:
r6 = r1
r7 = *(u32 *)(r6 + 48)
r0 = *(u16 *)skb[r7 + 2]
r7 += 4
*(u32 *)(r6 + 48) = r7
r3 = 3
if r0 == 0x800 goto go
r3 = 4
go:
r1 = r6
r2 = map[jumps] ll
call tail_call
r0 = 0
exit

.section "socket/2"
mpls:
r6 = r1
r7 = *(u32 *)(r6 + 48)
r0 = *(u32 *)skb[r7 + 0]
r8 = r0
r7 += 4
*(u32 *)(r6 + 48) = r7
r3 = 2
r8 &= 0x100
if r8 == 0 goto go
r3 = 3
go:
r1 = r6
r2 = map[jumps] ll
call tail_call
r0 = 0
exit

.section "socket/3"
ipv4:
r6 = r1
r7 = *(u32 *)(r6 + 48)
r0 = *(u8 *)skb[r7 + 9]
r8 = r0
r0 = *(u8 *)skb[r7 + 0]
r0 &= 15
r0 <<= 2
r7 += r0
if r8 == 17 goto ports
if r8 == 6 goto ports
goto tell
ports:
r0 = *(u16 *)skb[r7 + 2]
r8 = r0
tell:
*(u32 *)(r10 - 4) = r8
r8 = *(u32 *)(r6 + 0)
r1 = map[bytes] ll
r2 = r10
r2 += -4
call map_lookup_elem
if r0 == 0 goto first
r1 = r8
lock *(u64 *)(r0 + 0) += r1
goto out
first:
*(u64 *)(r10 - 16) = r8
r1 = map[bytes] ll
r2 = r10
r2 += -4
r3 = r10
r3 += -16
r4 = 0
call map_update_elem
out:
r0 = 96
exit

.section "socket/4"
ipv6:
r0 = -1
exit
`;
