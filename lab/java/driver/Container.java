package lab;

import java.nio.file.Path;

/** A servlet container on 127.0.0.1 that takes web applications while it runs. */
interface Container {
    int http();

    int https();

    /** Starts the application at a path, with the lab's servlet in it; says why where it does not start. */
    String deploy(String path, App app) throws Exception;

    void undeploy(String path) throws Exception;

    /** Files of a case that this container does not read, as the end of their names. */
    String[] foreign();

    /** Whether a descriptor of a vendor is this container's. */
    default boolean reads(String descriptor) {
        return false;
    }

    /** Gives a container the throw-away certificate: cert.pem and key.pem in a folder. */
    interface Start {
        Container start(Path tls, Path base) throws Exception;
    }
}
