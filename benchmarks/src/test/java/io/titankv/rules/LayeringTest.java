package io.titankv.rules;

import static com.tngtech.archunit.base.DescribedPredicate.not;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.core.importer.Location;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;
import java.util.stream.Stream;

/** Which module may use which, as drawn in the architecture page; read from the class files of all modules. */
@AnalyzeClasses(
        packages = "io.titankv",
        importOptions = {ImportOption.DoNotIncludeTests.class, LayeringTest.NoTestJars.class})
final class LayeringTest {

    private static final String OURS = "io.titankv..";

    private static final String[] PROTO = {"io.titankv.model..", "io.titankv.proto.."};
    private static final String[] ENGINE = {"io.titankv.engine.."};
    private static final String[] MULTIRAFT = {"io.titankv.multiraft.."};
    private static final String[] MULTIRAFT_HOST = {"io.titankv.multiraft.host.."};
    private static final String[] MULTIRAFT_SNAPSHOT = {"io.titankv.multiraft.snapshot.."};
    private static final String[] PLACEMENT = {"io.titankv.placement.."};
    private static final String[] CLIENT = {"io.titankv.client.."};
    private static final String[] GATEWAY = {"io.titankv.gateway.."};
    private static final String[] SERVER = {"io.titankv.server.."};
    private static final String[] CLI = {"io.titankv.cli.."};

    @ArchTest
    static final ArchRule protoUsesNothingOfOurs = module(PROTO).usesOfOursOnly();

    @ArchTest
    static final ArchRule engineUsesNothingOfOurs = module(ENGINE).usesOfOursOnly();

    @ArchTest
    static final ArchRule engineIsALibraryOfItsOwn = classes()
            .that()
            .resideInAnyPackage(ENGINE)
            .should()
            .onlyDependOnClassesThat(resideInAnyPackage(
                    "io.titankv.engine..",
                    "java..",
                    "jdk.net..",
                    "com.dynatrace.hash4j..",
                    "org.jspecify..",
                    "com.google.errorprone.annotations.."))
            .allowEmptyShould(true);

    @ArchTest
    static final ArchRule multiraftUsesEngineAndProto = module(MULTIRAFT).usesOfOursOnly(ENGINE, PROTO);

    @ArchTest
    static final ArchRule placementUsesTheMultiraftHostAndProto =
            module(PLACEMENT).usesOfOursOnly(MULTIRAFT_HOST, MULTIRAFT_SNAPSHOT, PROTO);

    @ArchTest
    static final ArchRule clientUsesProto = module(CLIENT).usesOfOursOnly(PROTO);

    /** Of the engine the gateway uses the values that a shard's answers hold: scan pages and record places. */
    @ArchTest
    static final ArchRule gatewayUsesMultiraftClientAndProto =
            module(GATEWAY).usesOfOursOnly(MULTIRAFT, ENGINE, CLIENT, PROTO);

    @ArchTest
    static final ArchRule serverUsesAllBelowIt =
            module(SERVER).usesOfOursOnly(GATEWAY, PLACEMENT, MULTIRAFT, ENGINE, CLIENT, PROTO);

    @ArchTest
    static final ArchRule cliUsesClientServerAndEngine = module(CLI).usesOfOursOnly(CLIENT, SERVER, ENGINE, PROTO);

    @ArchTest
    static final ArchRule onlyTheHostKnowsRatis = noClasses()
            .that()
            .resideOutsideOfPackages(MULTIRAFT_HOST)
            .should()
            .dependOnClassesThat()
            .resideInAPackage("org.apache.ratis..")
            .allowEmptyShould(true);

    @ArchTest
    static final ArchRule placementStateAndPlansArePure = noClasses()
            .that()
            .resideInAnyPackage("io.titankv.placement.state..", "io.titankv.placement.plan..")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage(
                    "io.titankv.multiraft..", "org.apache.ratis..", "io.grpc..", "java.net..", "java.nio.channels..")
            .allowEmptyShould(true);

    @ArchTest
    static final ArchRule packagesFormNoCircle =
            slices().matching("io.titankv.(**)").should().beFreeOfCycles().allowEmptyShould(true);

    private static Module module(String[] packages) {
        return new Module(packages);
    }

    /** The packages of one module, on their way to becoming a rule. */
    @SuppressWarnings("ArrayRecordComponent") // never compared
    private record Module(String[] packages) {

        ArchRule usesOfOursOnly(String[]... others) {
            String[] allowed = Stream.concat(
                            Stream.of(packages), Stream.of(others).flatMap(Stream::of))
                    .toArray(String[]::new);
            return classes()
                    .that()
                    .resideInAnyPackage(packages)
                    .should()
                    .onlyDependOnClassesThat(not(resideInAPackage(OURS)).or(resideInAnyPackage(allowed)))
                    .allowEmptyShould(true);
        }
    }

    /** Leaves out the fixtures that modules lend each other as test-jars. */
    static final class NoTestJars implements ImportOption {
        @Override
        public boolean includes(Location location) {
            return !location.contains("-tests.jar");
        }
    }
}
