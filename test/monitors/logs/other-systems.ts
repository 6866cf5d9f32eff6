/**
 * Messages in the manner of twelve other systems, written down from memory of what they look like: by template, cases of it. Where words
 * differ that are no parameters (states, verbs), they stand as templates of their own.
 */
export const OTHER_SYSTEMS: Readonly<Record<string, readonly (readonly string[])[]>> = {
  Spark: [
    ['Found block rdd_42_20 locally', 'Found block rdd_2_0 locally'],
    [
      'Block broadcast_2 stored as values in memory (estimated size 384.0 B, free 317.5 KB)',
      'Block broadcast_19 stored as values in memory (estimated size 5.2 KB, free 1317.5 MB)',
    ],
    [
      'Block broadcast_2_piece0 stored as bytes in memory (estimated size 5.2 KB, free 317.5 KB)',
      'Block broadcast_3_piece0 stored as bytes in memory (estimated size 93.0 B, free 17 KB)',
    ],
    ['Running task 0.0 in stage 5.0 (TID 160)', 'Running task 12.0 in stage 15.0 (TID 1601)'],
    ['Finished task 1.0 in stage 0.0 (TID 1). 2703 bytes result sent to driver'],
    ['Started reading broadcast variable 9', 'Started reading broadcast variable 19'],
    ['Reading broadcast variable 9 took 160 ms', 'Reading broadcast variable 8 took 1 s'],
    ['Input split: hdfs://10.10.34.11:9000/pjhe/logs/2kSOSP.log:21876+7292', 'Input split: hdfs://a/b:0+1'],
    ['Got assigned task 14', 'Got assigned task 5'],
    ['Changing view acls to: yarn,curi'],
    ['Changing modify acls to: yarn,curi'],
  ],
  Hadoop: [
    ['Created MRAppMaster for application appattempt_1445144423722_0020_000001'],
    [
      'attempt_1445144423722_0020_m_000000_0 TaskAttempt Transitioned from NEW to UNASSIGNED',
      'attempt_1445144423722_0020_r_000001_0 TaskAttempt Transitioned from NEW to UNASSIGNED',
    ],
    [
      'attempt_1445144423722_0020_m_000003_0 TaskAttempt Transitioned from ASSIGNED to RUNNING',
      'attempt_1445144423722_0020_m_000004_1 TaskAttempt Transitioned from ASSIGNED to RUNNING',
    ],
    [
      'Progress of TaskAttempt attempt_1445144423722_0020_m_000000_0 is : 0.10635664',
      'Progress of TaskAttempt attempt_1445144423722_0020_m_000002_0 is : 1',
    ],
    [
      'Address change detected. Old: msra-sa-41/10.190.173.170:9000 New: msra-sa-41:9000',
      'Address change detected. Old: minint-fnanli5.fareast.corp.microsoft.com/127.0.0.1:8030 New: msra-sa-39:8030',
    ],
    [
      'Retrying connect to server: msra-sa-41:8030. Already tried 0 time(s); retry policy is RetryUpToMaximumCountWithFixedSleep(maxRetries=10, sleepTime=1000 MILLISECONDS)',
      'Retrying connect to server: msra-sa-41:8030. Already tried 9 time(s); retry policy is RetryUpToMaximumCountWithFixedSleep(maxRetries=10, sleepTime=1000 MILLISECONDS)',
    ],
    ['ERROR IN CONTACTING RM.'],
    ['Failed to renew lease for [DFSClient_NONMAPREDUCE_1537864556_1] for 51 seconds.  Will retry shortly ...'],
  ],
  BGL: [
    ['instruction cache parity error corrected'],
    ['generating core.2275', 'generating core.862'],
    [
      'ciod: Error reading message prefix after LOGIN_MESSAGE on CioStream socket to 172.16.96.116:33569',
      'ciod: Error reading message prefix after LOGIN_MESSAGE on CioStream socket to 172.16.96.1:33370',
    ],
    [
      'ciod: failed to read message prefix on control stream (CioStream socket to 172.16.96.116:33399',
      'ciod: failed to read message prefix on control stream (CioStream socket to 172.16.96.1:3',
    ],
    ['CE sym 2, at 0x0b85eee0, mask 0x05', 'CE sym 20, at 0x1438f9e0, mask 0x40'],
    ['total of 13 ddr error(s) detected and corrected', 'total of 1 ddr error(s) detected and corrected'],
    ['data TLB error interrupt'],
    ['data storage interrupt'],
    ['machine check interrupt'],
    ['rts: kernel terminated for reason 1004', 'rts: kernel terminated for reason 1001'],
    ['8 floating point alignment exceptions', '161 floating point alignment exceptions'],
    ['iar 003a9140 dear 00b48ac8', 'iar 00106570 dear 0245a8ac'],
    ['r00=0x0fe4e4ab r01=0x1fef5620 r02=0x1eeb r03=0x0', 'r00=0x0 r01=0x1 r02=0x2 r03=0x3'],
    [
      'MidplaneSwitchController performing bit sparing on R30-M0-L3-U02-D bit 3',
      'MidplaneSwitchController performing bit sparing on R02-M1-L0-U22-C bit 1',
    ],
  ],
  HPC: [
    ['PSU status ( on on )'],
    ['PSU status ( off on )'],
    ['Temperature (41C) exceeds warning threshold', 'Temperature (38C) exceeds warning threshold'],
    ['Fan speeds ( 3552 3534 3375 4245 3515 3479 )', 'Fan speeds ( 3444 3409 3375 4326 3479 )'],
    ['Link error on broadcast tree Interconnect-0T00:00:2:2', 'Link error on broadcast tree Interconnect-1T00:01:4:5'],
    ['ambient=28', 'ambient=31'],
    ['boot (command 1903)', 'boot (command 2001)'],
    ['halt (command 1187)'],
    [
      'ClusterFileSystem: There is no server for ServerFileSystem storage443',
      'ClusterFileSystem: There is no server for ServerFileSystem storage442',
    ],
    [
      'Targeting domains:node-D1 and nodes:node-[40-63] child of command 2166',
      'Targeting domains:node-D2 and nodes:node-[0-31] child of command 5',
    ],
  ],
  Thunderbird: [
    ['(root) CMD (run-parts /etc/cron.hourly)'],
    ['session opened for user root by (uid=0)', 'session opened for user root by (uid=500)'],
    ['session closed for user root'],
    [
      'data_thread() got not answer from any [Thunderbird_A8] datasource',
      'data_thread() got not answer from any [Thunderbird_B12] datasource',
    ],
    ['connect from 10.100.4.251 (10.100.4.251)'],
    ['lost connection with 10.100.4.251'],
    ['DHCPDISCOVER from 00:11:43:e3:ba:c3 via eth1', 'DHCPDISCOVER from 00:11:43:e4:01:aa via eth1'],
    [
      '[KERNEL_IB][ib_sm_sweep][ib_sm_sweep.c:1455]No topology change',
      '[KERNEL_IB][ib_sm_sweep][ib_sm_sweep.c:1482]No topology change',
    ],
    ['pbs_mom: scan_for_exiting, system epilog failed'],
    ['synchronized to 10.100.20.250, stratum 3', 'synchronized to 10.100.16.250, stratum 4'],
  ],
  Windows: [
    [
      'Loaded Servicing Stack v6.1.7601.23505 with Core: C:\\Windows\\winsxs\\amd64_microsoft-windows-servicingstack_31bf\\cbscore.dll',
    ],
    ['Starting TrustedInstaller initialization.'],
    ['Ending TrustedInstaller initialization.'],
    ['SQM: Initializing online with Windows opt-in: False', 'SQM: Initializing online with Windows opt-in: True'].slice(
      0,
      1,
    ),
    ['Warning: Unrecognized packageExtended attribute.'],
    [
      'Session: 30546173_4261722401 initialized by client WindowsUpdateAgent.',
      'Session: 30546174_1 initialized by client WindowsUpdateAgent.',
    ],
    [
      'Read out cached package applicability for package: Package_for_KB2928120~31bf3856ad364e35~amd64~~6.1.1.2, ApplicableState: 112, CurrentState:112',
      'Read out cached package applicability for package: Package_for_KB3020369~31bf3856ad364e35~amd64~~6.1.1.1, ApplicableState: 80, CurrentState:0',
    ],
    ['Failed to internally open package. [HRESULT = 0x800f0805 - CBS_E_INVALID_PACKAGE]'],
    [
      '00000004 Created NT transaction (seq 1) result 0x00000000, handle @0x214',
      '00000100 Created NT transaction (seq 2) result 0x00000000, handle @0x9c',
    ],
  ],
  Linux: [
    [
      'authentication failure; logname= uid=0 euid=0 tty=NODEVssh ruser= rhost=218.188.2.4',
      'authentication failure; logname= uid=0 euid=0 tty=NODEVssh ruser= rhost=adsl-70-242-75-179.dsl.ksc2mo.swbell.net',
    ],
    [
      'authentication failure; logname= uid=0 euid=0 tty=NODEVssh ruser= rhost=220.135.151.1  user=root',
      'authentication failure; logname= uid=0 euid=0 tty=NODEVssh ruser= rhost=061092085098.ctinets.com  user=root',
    ],
    ['check pass; user unknown'],
    ['session opened for user cyrus by (uid=0)'],
    ['session closed for user cyrus'],
    ['ALERT exited abnormally with [1]'],
    [
      'connection from 82.252.162.81 (lns-vlq-45-tou-82-252-162-81.adsl.proxad.net) at Sun Jun 19 01:02:03 2005',
      'connection from 210.223.97.117 (host-7.example.kr) at Mon Jul 10 16:01:43 2005',
    ],
    [
      'connection from 222.33.90.199 () at Sat Jul  9 12:16:52 2005',
      'connection from 1.2.3.4 () at Sat Jul  9 12:16:53 2005',
    ],
    ['Authentication failed from 163.27.187.39 (163.27.187.39): Permission denied in replay cache code'],
    ['cupsd shutdown succeeded'],
    ['cupsd startup succeeded'],
    ['klogd 1.4.1, log source = /proc/kmsg started.'],
    [
      'BIOS-e820: 0000000000000000 - 00000000000a0000 (usable)',
      'BIOS-e820: 0000000000100000 - 0000000007eae000 (usable)',
    ],
  ],
  Android: [
    [
      'printFreezingDisplayLogsopening app wtoken = AppWindowToken{9f4ef63 token=Token{a64f992 ActivityRecord{de9231d u0 com.tencent.qt.qtl/.activity.info.NewsDetailXmlActivity t761}}}, allDrawn= false, startingDisplayed =  false, startingMoved =  false, isRelaunching =  false',
      'printFreezingDisplayLogsopening app wtoken = AppWindowToken{1f4ef62 token=Token{264f993 ActivityRecord{5e9231e u0 com.tencent.qt.qtl/.activity.info.NewsDetailXmlActivity t762}}}, allDrawn= false, startingDisplayed =  false, startingMoved =  false, isRelaunching =  false',
    ],
    [
      'acquire lock=233570404, flags=0x1, tag="View Lock", name=com.android.systemui, ws=null, uid=10037, pid=2227',
      'acquire lock=166121161, flags=0x1, tag="RILJ_ACK_WL", name=com.android.phone, ws=null, uid=1001, pid=2626',
    ],
    [
      'release lock=233570404, flg=0x0, tag="View Lock", name=com.android.systemui", ws=null, uid=10037, pid=2227',
      'release lock=166121161, flg=0x0, tag="RILJ_ACK_WL", name=com.android.phone", ws=null, uid=1001, pid=2626',
    ],
    [
      'ready=true,policy=3,wakefulness=1,wksummary=0x23,uasummary=0x1,bootcompleted=true,boostinprogress=false,waitmodeenable=false',
      'ready=true,policy=3,wakefulness=1,wksummary=0x1,uasummary=0x1,bootcompleted=true,boostinprogress=false,waitmodeenable=false',
    ],
    [
      'Skipping AppWindowToken{df0798e token=Token{78af589 ActivityRecord{3b04890 u0 com.tencent.qt.qtl/com.tencent.video.player.activity.PlayerActivity t761}}} -- going to hide',
    ],
    ['onSubtypeChanged state:1', 'onSubtypeChanged state:0'],
    [
      'getRunningAppProcesses: caller 10111 does not hold REAL_GET_TASKS; limiting output',
      'getRunningAppProcesses: caller 10113 does not hold REAL_GET_TASKS; limiting output',
    ],
  ],
  HealthApp: [
    ['onStandStepChanged 3579', 'onStandStepChanged 3580'],
    ['onExtend:1514038530000 14 0 4', 'onExtend:1514038531000 1 0 4'],
    ['calculateCaloriesWithCache totalCalories=126775', 'calculateCaloriesWithCache totalCalories=126797'],
    ['calculateAltitudeWithCache totalAltitude=240'],
    [
      'getTodayTotalDetailSteps = 1514038440000##6993##548365##8661##12266##27164404',
      'getTodayTotalDetailSteps = 1514038440000##7007##548365##8661##12361##27173954',
    ],
    ['REPORT : 7007 5002 150089 240', 'REPORT : 7008 5003 150111 240'],
    ['flush sensor data'],
    ['processHandleBroadcastAction action:android.intent.action.SCREEN_ON'],
    ['processHandleBroadcastAction action:android.intent.action.TIME_TICK'],
    [
      'setTodayTotalDetailSteps=1514038440000##7007##548365##8661##12361##27173954',
      'setTodayTotalDetailSteps=1514038440000##7008##548365##8661##12361##27173955',
    ],
    ['upLoadOneMinuteDataToEngine time=25233978,0,0,0,0', 'upLoadOneMinuteDataToEngine time=25233979,14,11,0,0'],
  ],
  Proxifier: [
    [
      'proxy.cse.cuhk.edu.hk:5070 open through proxy proxy.cse.cuhk.edu.hk:5070 HTTPS',
      'play.google.com:443 open through proxy proxy.cse.cuhk.edu.hk:5070 HTTPS',
    ],
    [
      'proxy.cse.cuhk.edu.hk:5070 open through proxy socks.cse.cuhk.edu.hk:5070 SOCKS5',
      'qqmail.com:80 open through proxy socks.cse.cuhk.edu.hk:5070 SOCKS5',
    ],
    [
      'proxy.cse.cuhk.edu.hk:5070 close, 0 bytes sent, 0 bytes received, lifetime 00:01',
      '1.2.3.4:80 close, 403 bytes sent, 426 bytes received, lifetime <1 sec',
    ],
    [
      'proxy.cse.cuhk.edu.hk:5070 close, 1293 bytes (1.26 KB) sent, 2439 bytes (2.38 KB) received, lifetime 00:01',
      'a.com:443 close, 1293 bytes (1.26 KB) sent, 4400000 bytes (4.2 MB) received, lifetime <1 sec',
    ],
    [
      'proxy.cse.cuhk.edu.hk:5070 close, 403 bytes sent, 2439 bytes (2.38 KB) received, lifetime 00:01',
      'a.com:443 close, 1 bytes sent, 2439 bytes (2.38 KB) received, lifetime <1 sec',
    ],
    [
      'proxy.cse.cuhk.edu.hk:5070 error : Could not connect through proxy proxy.cse.cuhk.edu.hk:5070 - Proxy server cannot establish a connection with the target, status code 403',
      'a.com:5070 error : Could not connect through proxy proxy.cse.cuhk.edu.hk:5070 - Proxy server cannot establish a connection with the target, status code 503',
    ],
  ],
  OpenStack: [
    [
      '10.11.10.1 "GET /v2/54fadb412c4e40cdbaed9335e4c35a9e/servers/detail HTTP/1.1" status: 200 len: 1893 time: 0.2477829',
      '10.11.10.1 "GET /v2/e9746973ac574c6b8a9e8857f56a7608/servers/detail HTTP/1.1" status: 200 len: 1759 time: 0.1',
    ],
    [
      '10.11.10.1 "POST /v2/54fadb412c4e40cdbaed9335e4c35a9e/os-server-external-events HTTP/1.1" status: 200 len: 380 time: 0.0827031',
    ],
    [
      '10.11.10.1 "DELETE /v2/54fadb412c4e40cdbaed9335e4c35a9e/servers/b9000564-fe1a-409b-b8cc-1e88b294cd1d HTTP/1.1" status: 204 len: 203 time: 0.2',
    ],
    ...[
      'VM Started (Lifecycle Event)',
      'VM Paused (Lifecycle Event)',
      'VM Resumed (Lifecycle Event)',
      'VM Stopped (Lifecycle Event)',
      'Instance destroyed successfully.',
      'Instance spawned successfully.',
      'Creating image',
      'Terminating instance',
    ].map((event) => [
      `[instance: b9000564-fe1a-409b-b8cc-1e88b294cd1d] ${event}`,
      `[instance: 96abccce-8d1f-4e07-b6d1-4b2ab87e23b4] ${event}`,
    ]),
    [
      '[instance: b9000564-fe1a-409b-b8cc-1e88b294cd1d] Took 19.05 seconds to spawn the instance on the hypervisor.',
      '[instance: 96abccce-8d1f-4e07-b6d1-4b2ab87e23b4] Took 20 seconds to spawn the instance on the hypervisor.',
    ],
    ['[instance: b9000564-fe1a-409b-b8cc-1e88b294cd1d] Took 1.05 seconds to destroy the instance on the hypervisor.'],
    [
      'image 0673dd71-34c5-4fbb-86c4-40623fbe45b4 at (/var/lib/nova/instances/_base/a489c868f0c37da93b76227c91bb03908ac0e742): checking',
      'image 1173dd71-34c5-4fbb-86c4-40623fbe45b4 at (/var/lib/nova/instances/_base/a489c868f0c37da93b76227c91bb03908ac0e742): checking',
    ],
    [
      'image 0673dd71-34c5-4fbb-86c4-40623fbe45b4 at (/var/lib/nova/instances/_base/a489): in use: on this node 1 local, 0 on other nodes sharing this instance storage',
    ],
  ],
  Mac: [
    [
      'ARPT: 620701.011328: wl0: wl_update_tcpkeep_seq: Original Seq: 3092633146, Ack: 2572586285, Win size: 4096',
      'ARPT: 621686.164365: wl0: wl_update_tcpkeep_seq: Original Seq: 2751610561, Ack: 2119236, Win size: 4096',
    ],
    ['Thunderbolt Power Good = 0', 'Thunderbolt Power Good = 1'],
    ['PM response took 1999 ms (54, powerd)', 'PM response took 2010 ms (60, powerd)'],
    ['en0: BSSID changed to 5c:50:15:4c:18:13', 'en0: BSSID changed to 64:20:0c:a1:b2:c3'],
    ['en0: channel changed to 1', 'en0: channel changed to 132,+1'],
    ['Received XPC_ERROR_CONNECTION_INVALID: Connection invalid'],
    ['[HID] [MT] AppleActuatorHIDEventDriver::start entered', '[HID] [MT] AppleActuatorDevice::start entered'],
    [
      'IOThunderboltSwitch<0>(0x0)::listenerCallback - Thunderbolt HPD packet for route = 0x0 port = 11 unplug = 0',
      'IOThunderboltSwitch<0>(0x0)::listenerCallback - Thunderbolt HPD packet for route = 0x0 port = 12 unplug = 1',
    ],
    [
      'AirPort: Link Down on awdl0. Reason 1 (Unspecified).',
      'AirPort: Link Down on en0. Reason 8 (Disassociated because station leaving).',
    ].slice(0, 1),
    ['Unknown key for integer: _DHCP_DUID_LLT'],
  ],
};
