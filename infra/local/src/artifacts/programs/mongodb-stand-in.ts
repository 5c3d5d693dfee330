import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { type ArtifactRecipe, ensureArtifact } from '../cache/artifact.ts';
import { hashTree, listTree } from '../cache/hash.ts';
import { runStep } from '../cache/run-step.ts';
import type { ArtifactContext } from '../context.ts';
import { ensureJdk, ensureMaven } from '../toolchains/java.ts';

/** A program and the arguments that always come first. */
export interface ProgramCommand {
  command: string;
  args: string[];
}

const SOURCES = 'infra/local/images/mongodb';
/** What mongo-java-server, H2 and Netty use of the JDK. */
const MODULES = 'java.base,java.logging,java.management,java.naming,java.sql,jdk.unsupported';

/**
 * Fits a container of 384 MiB: heap, Netty's buffers and H2's page cache are all bounded. The serial collector is the
 * smallest one and is enough for one node.
 */
export const MONGODB_STAND_IN_JVM_OPTIONS = [
  '-Xms96m',
  // What a command makes is garbage once it is answered; a generation of the default size is full every few dozen commands.
  '-Xmn64m',
  '-Xmx176m',
  '-XX:+UseSerialGC',
  '-XX:MaxMetaspaceSize=64m',
  '-XX:ReservedCodeCacheSize=48m',
  // What wants memory outside the heap and gets none is an answer, or a write, that is lost. Netty by default takes it in pieces of
  // 4 MiB and more for each of its threads, and each thread that writes to a file keeps a buffer as large as its largest write.
  '-XX:MaxDirectMemorySize=32m',
  '-Dio.netty.allocator.type=pooled',
  '-Dio.netty.allocator.numDirectArenas=1',
  // 8 KiB << 7 = 1 MiB
  '-Dio.netty.allocator.maxOrder=7',
  '-Djdk.nio.maxCachedBufferSize=65536',
  '-Dorg.slf4j.simpleLogger.defaultLogLevel=warn',
  // A closing driver sends a message that wants no answer, which the library does not know and logs with its stack.
  '-Dorg.slf4j.simpleLogger.log.de.bwaldvogel.mongo.wire.MongoExceptionHandler=off',
];

/** Folder with `jre/`, `lib/*.jar` and `classes/`: see infra/local/images/mongodb for what the server is. */
export async function ensureMongoStandInFolder(context: ArtifactContext): Promise<string> {
  return ensureArtifact(context, await recipe(context.repository));
}

/** The server as a command that takes mongod's arguments and environment. */
export async function ensureMongoStandIn(context: ArtifactContext): Promise<ProgramCommand> {
  return mongoStandInCommand(await ensureMongoStandInFolder(context));
}

/** @param folder where the artefact is found by the process that runs the command */
export function mongoStandInCommand(folder: string): ProgramCommand {
  return {
    command: `${folder}/jre/bin/java`,
    args: [
      ...MONGODB_STAND_IN_JVM_OPTIONS,
      '-cp',
      `${folder}/classes:${folder}/lib/*`,
      'dev.chatplatform.mongodb.Main',
    ],
  };
}

async function recipe(repository: string): Promise<ArtifactRecipe> {
  const sources = join(repository, SOURCES);
  return {
    name: 'mongodb-stand-in',
    version: '1.47.0',
    inputs: [await hashTree(sources, ['pom.xml', 'src']), MODULES],
    title: 'Build the MongoDB stand-in',
    async build(directory, step) {
      const [maven, jdk] = [await ensureMaven(step), await ensureJdk(step)];
      await runStep(step, {
        command: maven,
        args: [
          ...['--batch-mode', '--no-transfer-progress', '--strict-checksums', '--file', join(sources, 'pom.xml')],
          ...['dependency:copy-dependencies', '-DincludeScope=runtime', `-DoutputDirectory=${directory}/lib`],
        ],
        purpose: "Fetching the stand-in's libraries from Maven Central",
        remedy: 'see whether Maven Central can be reached from here, then run the command again',
      });
      await runStep(step, {
        command: jdk.javac,
        args: [
          ...['--release', '17', '-cp', `${directory}/lib/*`, '-d', `${directory}/classes`],
          ...(await listTree(sources, 'src')).map((file) => join(sources, file)),
        ],
        purpose: 'Compiling the stand-in',
      });
      await runStep(step, {
        command: jdk.jlink,
        args: [
          ...['--add-modules', MODULES, '--output', `${directory}/jre`],
          ...['--strip-debug', '--no-header-files', '--no-man-pages', '--compress=2'],
        ],
        purpose: 'Linking a Java runtime',
      });
      await rm(join(directory, 'jre/legal'), { recursive: true, force: true });
    },
  };
}
