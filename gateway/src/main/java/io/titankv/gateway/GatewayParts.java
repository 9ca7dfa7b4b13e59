package io.titankv.gateway;

import java.util.concurrent.Executor;
import java.util.concurrent.ScheduledExecutorService;

/** What the calls of one gateway share. Immutable. */
record GatewayParts(
        GatewayOptions options,
        RouteSource routes,
        Admission admission,
        AnswerRooms rooms,
        KeyOperations operations,
        Batches batches,
        AtomicBatches atomicBatches,
        Scans scans,
        Explains explains,
        GatewayMeters meters,
        Executor executor,
        ScheduledExecutorService timer,
        Ticker ticker) {}
