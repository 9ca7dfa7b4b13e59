package io.titankv.rules;

import static com.tngtech.archunit.core.domain.JavaCall.Predicates.target;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.assignableTo;
import static com.tngtech.archunit.core.domain.properties.HasName.Predicates.nameMatching;
import static com.tngtech.archunit.core.domain.properties.HasOwner.Predicates.With.owner;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaCall;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;
import io.grpc.Grpc;
import io.grpc.InsecureChannelCredentials;
import io.grpc.ManagedChannelBuilder;
import io.grpc.ServerBuilder;
import org.junit.jupiter.api.Test;

/** Channels and servers of gRPC begin where TLS is known, and nowhere else: none is in plain text by oversight. */
@AnalyzeClasses(
        packages = "io.titankv",
        importOptions = {ImportOption.DoNotIncludeTests.class, LayeringTest.NoTestJars.class})
final class ChannelsTest {
    private static final String CHANNELS = "io.titankv.client.tls.Channels";
    private static final String LISTENER = "io.titankv.server.GatewayListener";

    /** The measurements call other stores, and an echo of their own, in plain text. */
    private static final String MEASUREMENTS = "io.titankv.benchmarks..";

    private static final DescribedPredicate<JavaCall<?>> BEGIN_A_CHANNEL =
            factory(ManagedChannelBuilder.class, "newChannelBuilder.*");

    private static final DescribedPredicate<JavaCall<?>> BEGIN_A_SERVER =
            factory(ServerBuilder.class, "newServerBuilder.*");

    /** Also of what extends the builder, as those of Netty and of a process' inside do. */
    private static DescribedPredicate<JavaCall<?>> factory(Class<?> builder, String ofGrpc) {
        return target(owner(assignableTo(builder)))
                .and(target(nameMatching("for[A-Z].*|<init>")))
                .or(target(owner(assignableTo(Grpc.class))).and(target(nameMatching(ofGrpc))))
                .as("a way to a builder of %s", builder.getSimpleName());
    }

    @ArchTest
    static final ArchRule channelsBeginInOnePlace = noClasses()
            .that()
            .resideOutsideOfPackage(MEASUREMENTS)
            .and()
            .doNotHaveFullyQualifiedName(CHANNELS)
            .should()
            .callCodeUnitWhere(BEGIN_A_CHANNEL);

    @ArchTest
    static final ArchRule serversBeginInOnePlace = noClasses()
            .that()
            .resideOutsideOfPackage(MEASUREMENTS)
            .and()
            .doNotHaveFullyQualifiedName(LISTENER)
            .should()
            .callCodeUnitWhere(BEGIN_A_SERVER);

    /** What knows channels of its own: Ratis, which is told of TLS where it is started. */
    @ArchTest
    static final ArchRule ratisIsToldInOnePlace = noClasses()
            .that()
            .doNotHaveFullyQualifiedName("io.titankv.multiraft.host.PeerTls")
            .should()
            .dependOnClassesThat()
            .haveNameMatching("org\\.apache\\.ratis\\.grpc\\.GrpcTlsConfig.*");

    /** Calls what the rules forbid. */
    private static final class Offender {
        private Offender() {}

        @SuppressWarnings("unused") // read, not run
        static void begins() {
            var _ = Grpc.newChannelBuilder("a:1", InsecureChannelCredentials.create());
            var _ = ManagedChannelBuilder.forTarget("a:1");
            var _ = ServerBuilder.forPort(1);
        }
    }

    @Test
    void theRulesFindWhatTheyAreFor() {
        var offender = new ClassFileImporter().importClasses(Offender.class);
        assertThat(channelsBeginInOnePlace.evaluate(offender).getFailureReport().getDetails())
                .hasSize(2);
        assertThat(serversBeginInOnePlace.evaluate(offender).getFailureReport().getDetails())
                .hasSize(1);
    }
}
